// Two sides of a copy, row by row in the order of the key.
#pragma once
#include <functional>

#include "store/copy.h"
#include "store/copy/tables.h"

namespace dw {

/// Puts the next row of the source, as it is to be in the target, into `row`; false: there is none.
using NextRow = std::function<Result<bool>(Cells& row)>;

/// Counts what differs in one table, and names the first.
Result<void> compare_table(const Table& table, const NextRow& source, RowCursor& target,
                           CopyReport& report);
/// "ticket id=17".
std::string name_of_row(const Table& table, const Cells& row);
void add_difference(CopyReport& report, std::string text);

}  // namespace dw
