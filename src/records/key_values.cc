// What connectors keep over restarts.
#include "records/key_values.h"

#include "sql/key_values.h"

namespace dw {
namespace {

/// Apart from the names of leases.
std::string row_name(const std::string& name) {
  return "kept:" + name;
}

}  // namespace

namespace key_values {

Result<StoredValue> get(ReadDb& db, const std::string& name) {
  StoredValue out;
  DW_CHECK(db.run(stmt::kept, {row_name(name)}, [&](const Row& row) {
    out = {std::string(row.text(0)), row.integer(1)};
  }));
  return out;
}

Result<void> set(Db& db, const std::string& name, const std::string& text, int64_t version) {
  bool is_kept = false;
  DW_CHECK(db.run(stmt::keep, {row_name(name), text, version, version + 1},
                  [&](const Row&) { is_kept = true; }));
  if (is_kept) return {};
  return Error{ErrorKind::conflict, name, "another replica has written it meanwhile"};
}

}  // namespace key_values
}  // namespace dw
