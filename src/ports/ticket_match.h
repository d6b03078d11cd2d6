// What other jobs ask about incidents, and the storm knows: whether a ticket that is about to be
// opened is part of one, and whether a comment at the desk is its copy of an incident's answer.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
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

/// A comment that the desk copied from an incident's parent to one of its tickets.
struct AnswerCopy {
  int64_t answer = 0;
  bool is_second = false;  ///< Deskwire has sent that ticket the answer: the copy is not relayed
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
  /// `comment`: of `ticket`, as an outside desk answers {"about":"comments"}. Nothing: it is no
  /// copy, or the second one.
  virtual Result<std::optional<AnswerCopy>> find_copy(ReadDb& db, TicketId ticket,
                                                      const JsonView& comment) const = 0;
  /// Pure. Counts the answer as heard by `ticket`.
  virtual void plan_copy(const AnswerCopy& copy, TicketId ticket, Plan& plan) const = 0;
};

}  // namespace dw
