// A plan: all that a job decided about one event. Written down in the same commit as the event.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "domain/bridge_link.h"
#include "domain/delivery.h"
#include "domain/event.h"
#include "domain/tally.h"
#include "domain/ticket.h"
#include "domain/volume.h"

namespace dw {

/// Opens a ticket under the number that the job's read() reserved.
struct OpenTicket {
  Ticket ticket;
};

/// Changes our record of a ticket.
struct ChangeTicket {
  TicketId ticket;
  TicketPatch patch;
};

/// Adds a comment to our record of a ticket; `comment.id` is given by the store.
struct AddComment {
  Comment comment;
};

/// Adds a linked thread, or writes it anew; the same for what was said and what is known.
struct SetLink {
  BridgeLink link;
};
struct SetSaid {
  Said said;
};
struct SetKnown {
  Known known;
};

/// A delivery that is no longer wanted, or whose refusal the job has dealt with.
struct DropDelivery {
  DeliveryId delivery;
  std::string why;
};

/// Keeps what a message counts, unless a newer text of it is known, or that it is gone.
struct KeepTally {
  TallyMessage message;
};

/// Takes a message back that was deleted: nothing that comes later counts it again.
struct DropTally {
  std::string channel, message;
  TimePoint at{};
};

/// Writes down incidents of the ticket volume; those without an id are new.
struct KeepIncidents {
  std::vector<VolumeIncident> incidents;
};

using Change = std::variant<OpenTicket, ChangeTicket, AddComment, SetLink, SetSaid, SetKnown,
                            DropDelivery, KeepTally, DropTally, KeepIncidents>;

struct Plan {
  std::vector<Change> changes;
  /// Without id, event and state: the inbox fills them in, and the time of the first try where
  /// `next_attempt_at` is absent.
  std::vector<Delivery> deliveries;
  /// What an answer brought that would have come by itself had we been there: recorded under its
  /// own key and planned in this commit, unless it came before.
  std::vector<Event> found;
  json::value reply{};  ///< for the sender; null if it gets none. Kept with the event
  /// The event is turned away and not recorded: the sender gets this as the answer (HTTP 422).
  std::optional<Error> refusal;
  /// Counted when the commit stands: deskwire_intake_rejected_total{reason}.
  std::vector<std::string> rejected;
};

}  // namespace dw
