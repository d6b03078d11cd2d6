#include "records/ticket_texts.h"

#include <algorithm>

#include "records/ticket_row.h"
#include "sql/ticket_texts.h"

namespace dw::tickets {

Result<std::vector<TicketId>> opened_after(ReadDb& db, TimePoint since, size_t limit) {
  std::vector<TicketId> out;
  DW_CHECK(db.run(stmt::opened_after, {since, static_cast<int64_t>(limit)},
                  [&out](const Row& row) { out.push_back({row.integer(0)}); }));
  std::reverse(out.begin(), out.end());
  return out;
}

Result<std::vector<Ticket>> older(ReadDb& db, const OlderThan& than, TimePoint since,
                                  size_t limit) {
  std::vector<Ticket> out;
  DW_CHECK(db.run(stmt::older_tickets, {than.at, than.id, since, static_cast<int64_t>(limit)},
                  [&out](const Row& row) { out.push_back(ticket_in(row)); }));
  return out;
}

}  // namespace dw::tickets
