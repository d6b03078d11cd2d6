// A plan: all that a job decided about one event. Written down in the same commit as the event.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "domain/delivery.h"
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

/// Writes down incidents of the ticket volume; those without an id are new.
struct KeepIncidents {
  std::vector<VolumeIncident> incidents;
};

using Change = std::variant<OpenTicket, ChangeTicket, AddComment, KeepIncidents>;

struct Plan {
  std::vector<Change> changes;
  /// Without id, event, state and times: the inbox fills them in.
  std::vector<Delivery> deliveries;
  json::value reply{};  ///< for the sender; null if it gets none. Kept with the event
  /// The event is turned away and not recorded: the sender gets this as the answer (HTTP 422).
  std::optional<Error> refusal;
  /// Counted when the commit stands: deskwire_intake_rejected_total{reason}.
  std::vector<std::string> rejected;
};

}  // namespace dw
