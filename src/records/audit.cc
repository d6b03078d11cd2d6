#include "records/audit.h"

#include "sql/audit.h"

namespace dw {

Result<void> AddAudit::write(Db& db, TimePoint) const {
  return audit::add(db, entry);
}

namespace audit {

Result<void> add(Db& db, const AuditEntry& entry) {
  DW_CHECK(db.send(stmt::add_audit, {entry.at, entry.who, entry.what, entry.subject}));
  return {};
}

Result<std::vector<AuditEntry>> list(ReadDb& db, const PageRequest& page) {
  std::vector<AuditEntry> out;
  DW_TRY(const int64_t below, id_in(page.cursor));
  DW_CHECK(db.run(stmt::list_audit, {below, static_cast<int64_t>(page.limit)}, [&](const Row& row) {
    namespace col = columns::audit;
    out.push_back({row.time(col::at), std::string(row.text(col::who)),
                   std::string(row.text(col::what)), std::string(row.text(col::subject)),
                   row.integer(col::id)});
  }));
  return out;
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  return db.run(stmt::prune_audit, {before, limit});
}

}  // namespace audit
}  // namespace dw
