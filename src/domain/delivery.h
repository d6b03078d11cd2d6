// A delivery: one effect on the outside world, written down before it is tried. It stays until it
// is done or a person discards it. Its states and arrows are drawn in engine/README.md.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "domain/payload.h"

namespace dw {

enum class DeliveryState {
  pending,  ///< waits for its turn, its time, or its answer: the queue was unreachable, retry at
            ///< 10:04
  unsure,   ///< may have happened, and the target can't tell: a mail webhook hung up; a person
            ///< decides
  dead,  ///< refused for good or given up after retry.give_up: message too large; a person decides
  done,  ///< happened
  discarded,  ///< a person said that it need not happen, and why
};

std::string_view name_of(DeliveryState state);
std::optional<DeliveryState> delivery_state_named(std::string_view name);
inline bool is_open(DeliveryState state) {
  return state == DeliveryState::pending || state == DeliveryState::unsure ||
         state == DeliveryState::dead;
}

struct Delivery {
  DeliveryId id;
  EventId event;       ///< what caused it; the correlation id
  TicketId ticket;     ///< none for what belongs to no ticket
  std::string lane;    ///< keeps order among its own: "queue:high", "slack:C1/100.1"
  std::string target;  ///< who performs it: "queue:high", "desk:embedded"
  Payload payload;
  /// A dead or unsure one keeps the lane waiting until a person decides. False where order does
  /// not matter so much: comments, standard queues.
  bool holds_lane = true;
  /// The kind of event that its answer becomes, for the job that planned it; empty: nobody asks.
  std::string answer_kind;
  std::string reference;  ///< the job's own words for it, handed back with the answer
  DeliveryState state = DeliveryState::pending;
  /// An attempt may have happened: its outcome was never written, or nobody could tell it (an
  /// HTTP 500). Stays until the target settles it, before it is tried again.
  bool is_in_doubt = false;
  int attempts = 0;
  std::string reason;  ///< of the latest failure, or of the discard
  TimePoint created_at{};
  std::optional<TimePoint> next_attempt_at;
  std::optional<TimePoint> done_at;
};

/// "d-000191"
std::string to_text(DeliveryId id);
std::optional<DeliveryId> delivery_id_named(std::string_view text);

/// What one try came to. Exactly four cases: the engine decides what follows, the target never.
struct Outcome {
  enum class Kind { done, later, refused, unsure };
  Kind kind = Kind::done;
  std::string why;       ///< for a person; empty when done
  json::value answer{};  ///< done: what the target said (a ticket's number)
  /// later: not before this long from now (Retry-After); unsure: not asked about before
  std::optional<Millis> when{};
  bool is_unknowable = false;  ///< unsure: the target was asked and can't tell; a person decides
  bool is_unwanted = false;    ///< refused: nobody wants it any more, and no person decides

  static Outcome done(json::value answer = {}) { return {Kind::done, {}, std::move(answer)}; }
  static Outcome later(std::string why, std::optional<Millis> when = {}) {
    return {Kind::later, std::move(why), {}, when};
  }
  static Outcome refused(std::string why) { return {Kind::refused, std::move(why)}; }
  static Outcome unsure(std::string why, std::optional<Millis> when = {}) {
    return {Kind::unsure, std::move(why), {}, when};
  }
};

}  // namespace dw
