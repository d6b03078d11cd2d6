// What of a store belongs to the processes that served it and is not copied. All else is.
#pragma once
#include <string_view>

#include "store/copy/catalogue.h"

namespace dw {

/// False: nothing of this table is copied.
bool is_copied(std::string_view table);
/// False: this row is left out. Else what belonged to a process is emptied in it.
bool prepare_row(const Table& table, Cells& row);
/// PostgreSQL keeps UTF-8 without NUL. What is not becomes U+FFFD; the name of the first column
/// that was changed, or "".
std::string_view make_strict_text(const Table& table, Cells& row);

}  // namespace dw
