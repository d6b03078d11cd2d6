// How long tickets have waited for their first reply: each by the clock of the bridge that brought
// it, any other by that of [hours].
#pragma once
#include <map>
#include <vector>

#include "jobs/bridge/bridge.h"
#include "records/ticket_lists.h"

namespace dw {

/// By [hours], or all time where they are not configured.
WaitingClock desk_clock(const BridgeParts& parts);

namespace bridge {

/// Of each of them, at that time. cost: one query for all, and one for each channel at most
Result<std::vector<WaitingTime>> waiting_times(ReadDb& db, const BridgeParts& parts,
                                               const std::vector<Waiter>& waiters, TimePoint at);

/// The same of those among `tickets` that wait.
Result<std::map<TicketId, WaitingTime>> waiting_among(ReadDb& db, const BridgeParts& parts,
                                                      const std::vector<Ticket>& tickets,
                                                      TimePoint at);

}  // namespace bridge

}  // namespace dw
