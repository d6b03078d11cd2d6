// Rows as tickets, for those who read them.
#pragma once
#include <vector>

#include "ports/db.h"
#include "records/tickets.h"

namespace dw {

/// Of the columns that every statement on tickets selects, in their order.
Ticket ticket_in(const Row& row);
/// Of the columns {comment}.
Comment comment_in(const Row& row);
/// ["vpn","hardware"], as a column has it.
std::vector<std::string> decode_tags(std::string_view text);
/// Of milliseconds in any order, by nearest rank, in seconds.
Quantiles quantiles_of(std::vector<int64_t> times);

}  // namespace dw
