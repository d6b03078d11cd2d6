// What tickets say, for those who compare them: the newest, and page by page those before.
#pragma once
#include <vector>

#include "records/tickets.h"

namespace dw {

namespace tickets {

/// Tickets opened after `since`, oldest first; of more than `limit` the newest.
Result<std::vector<TicketId>> opened_after(ReadDb& db, TimePoint since, size_t limit);

/// Where a page of older tickets begins: below this one.
struct OlderThan {
  TimePoint at{};
  TicketId id;
};

/// Tickets opened before that one and not before `since`, newest first.
Result<std::vector<Ticket>> older(ReadDb& db, const OlderThan& than, TimePoint since, size_t limit);

}  // namespace tickets

}  // namespace dw
