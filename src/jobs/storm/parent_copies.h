// When somebody solves a parent at its desk, the desk solves what it has linked, and copies the
// comment of that very update there: the copy is that ticket's answer. The desk is asked about each
// ticket; who has no copy after two minutes hears the answer from Deskwire. A copy that comes later
// still is known by its author and its words, and not heard again. Pure.
//   "storm.copied"   what the desk answered, about one ticket
#pragma once
#include "jobs/storm/relaying.h"
#include "ports/ticket_match.h"

namespace dw {

/// A ticket that the desk solves with the parent.
struct WatchedMember {
  Ticket ticket;
  MemberRow row;
};

/// Asks for the first time. `now`: when the parent's end was seen.
void plan_watch(Plan& plan, const IncidentMember& member, const Incident& incident,
                const ParentAtDesk& parent, TimePoint now);

/// `body`: of the event.
void plan_copied(Plan& plan, const JsonView& body, const Incident& incident,
                 const ParentAtDesk& parent, const WatchedMember& member, TimePoint now);

/// `comment`: of a ticket, as its desk tells it. The parent's solver wrote the same there, since
/// the parent was solved. How the desk marks its copies is not documented.
bool is_copy(const JsonView& comment, const CopiedAnswer& answer);
/// What becomes of a copy. Nothing: the ticket has had one, or its answer was refused, so that the
/// comment is relayed as any other.
std::optional<AnswerCopy> copy_heard(const CopiedAnswer& answer);

}  // namespace dw
