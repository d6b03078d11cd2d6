// JSON in a column: written by us, read back, and what is left of it when retention has emptied it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/json.h"

namespace dw {

/// JSON that the store wrote itself; null for an empty text. One that can't be read means a damaged
/// file, which `store verify` reports: it is null too.
json::value stored_json(std::string_view text);
/// "[17,18]": for a statement that has {in_ids_sqlite} and {in_ids_postgres}.
std::string ids_text(const std::vector<TicketId>& ids);
/// What is kept of a body that retention has emptied: enough to tell another one from it.
std::string body_digest(std::string_view body);

}  // namespace dw
