#include "records/leases.h"

#include "sql/leases.h"

namespace dw {

namespace leases {

Result<bool> hold(Db& db, const std::string& name, const std::string& holder, TimePoint now,
                  TimePoint until) {
  bool is_held = false;
  DW_CHECK(db.run(stmt::hold_lease, {name, holder, now, until},
                  [&](const Row& row) { is_held = row.text(0) == holder; }));
  return is_held;
}

Result<void> drop(Db& db, const std::string& name, const std::string& holder) {
  DW_CHECK(db.send(stmt::drop_lease, {name, holder}));
  return {};
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  return db.run(stmt::prune_leases, {before, limit});
}

}  // namespace leases
}  // namespace dw
