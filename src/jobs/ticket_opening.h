// A ticket is opened: alone, or as part of an incident that is known.
#pragma once
#include "ports/ticket_match.h"
#include "records/tickets.h"

namespace dw {

/// What the ticket that `rehearsal` opens has in common with an open incident. `matcher` may be
/// null: nobody looks.
inline Result<TicketMatch> match_opened(ReadDb& db, const TicketMatcher* matcher,
                                        const Plan& rehearsal) {
  for (const Change& change : rehearsal.changes) {
    const OpenTicket* opening = change.get_if<OpenTicket>();
    if (opening != nullptr && matcher != nullptr) return matcher->match(db, opening->ticket);
  }
  return TicketMatch{};
}

/// Our record says from the beginning which incident the ticket is part of.
inline void plan_opening(Plan& plan, Ticket& ticket, const TicketMatch& match,
                         const TicketMatcher* matcher) {
  if (match.problem) {
    ticket.type = TicketType::incident;
    ticket.problem_id = match.problem;
  }
  plan.changes.emplace_back(OpenTicket{ticket});
  if (match.group != 0 && matcher != nullptr) matcher->plan(match, ticket.id, plan);
}

}  // namespace dw
