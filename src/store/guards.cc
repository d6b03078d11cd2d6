// What is decided on must not change before the commit. SQLite has one writer, which is guard
// enough; on PostgreSQL a transaction that writes locks what it reads. README.md has the table.
#include "statements.h"
#include "store/journal.h"

namespace dw {

Result<void> SqlJournal::lock(const Statement& row, std::initializer_list<Value> values) {
  return is_guarding_ ? db_.send(row, values) : Result<void>{};
}

Result<void> SqlJournal::guard(const std::string& name) {
  return is_guarding_ ? db_.send(stmt::guard_name, {name}) : Result<void>{};
}

Result<void> SqlJournal::guard_shared(const std::string& name) {
  return is_guarding_ ? db_.send(stmt::guard_name_shared, {name}) : Result<void>{};
}

}  // namespace dw
