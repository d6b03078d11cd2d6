// A plan: all that a job decided about one event. Written down in the same commit as the event.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "domain/delivery.h"
#include "domain/event.h"
#include "ports/change.h"

namespace dw {

/// One more of what a metric counts.
struct Counted {
  std::string metric;   ///< "deskwire_intake_rejected_total"
  std::string label{};  ///< "reason"; empty: the metric has none
  std::string value{};
  bool operator==(const Counted&) const = default;
};

struct Plan {
  std::vector<Change> changes;
  /// Without id, event and state: the inbox fills them in, and the time of the first try where
  /// `next_attempt_at` is absent.
  std::vector<Delivery> deliveries;
  /// Rows of the job's own that name its deliveries: called for each of `deliveries` that is not
  /// local, by its place in them, as soon as it has its number.
  std::function<Result<void>(Db& db, size_t place, DeliveryId id)> on_added{};
  /// What an answer brought that would have come by itself had we been there: recorded under its
  /// own key and planned in this commit, unless it came before.
  std::vector<Event> found;
  json::value reply{};  ///< for the sender; null if it gets none. Kept with the event
  /// Nothing came of the event but a reply that says what is wrong: the same key with another body
  /// is planned as a correction, until one of them is not refused. Needs an object as the reply.
  bool may_be_corrected = false;
  /// What is kept of the event's body, where the body is a page of a thousand rows that have been
  /// used; absent: all of it. A parked event keeps its body in any case.
  std::optional<json::value> kept_body;
  /// The event is turned away and not recorded: the sender gets this as the answer (HTTP 422).
  std::optional<Error> refusal;
  std::vector<Counted> counted;  ///< when the commit stands
};

}  // namespace dw
