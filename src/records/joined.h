// When tickets were part of an incident: their first reply is the incident's, and nobody waits for
// another one meanwhile.
#pragma once
#include <map>
#include <vector>

#include "domain/ticket.h"
#include "ports/db.h"

namespace dw {

/// A ticket was an incident of a problem, whichever one: from its joining until it left.
struct JoinedSpan {
  TimePoint from{}, until{};  ///< the last possible instant while it is one
  friend bool operator==(const JoinedSpan&, const JoinedSpan&) = default;
};

namespace tickets {

using JoinedSpans = std::map<TicketId, std::vector<JoinedSpan>>;

/// Of each of these tickets that ever joined, oldest first. One that was opened as part of an
/// incident has been so since the first possible instant.
Result<JoinedSpans> joined_spans(ReadDb& db, const std::vector<TicketId>& tickets);

}  // namespace tickets

}  // namespace dw
