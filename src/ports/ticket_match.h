// Whether a ticket that is about to be opened is part of an incident that is known. Asked by the
// jobs that open tickets; the storm knows.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "domain/ticket.h"
#include "ports/db.h"
#include "ports/plan.h"

namespace dw {

/// What a new ticket has in common with an open incident.
struct TicketMatch {
  int64_t group = 0;  ///< of the incident; 0: it has nothing in common with any
  TicketId
      problem;  ///< the incident's parent, where the ticket joins by itself; none: it may belong
  TicketType type_before = TicketType::none;
  std::vector<std::string> words;  ///< that it shares, of those that may be shown
  int64_t share = 0;               ///< of the incident's weight, in thousandths
};

class TicketMatcher {
 public:
  virtual ~TicketMatcher() = default;
  /// Whether any incident is open: without one nothing else is asked.
  virtual Result<bool> has_open(ReadDb& db) const = 0;
  /// No incident ends before the commit.
  virtual Result<TicketMatch> match(ReadDb& db, const Ticket& ticket) const = 0;
  /// Pure. What becomes of the match, behind the change that opens the ticket.
  virtual void plan(const TicketMatch& match, TicketId ticket, Plan& plan) const = 0;
};

}  // namespace dw
