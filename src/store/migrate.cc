#include "store/migrate.h"

#include <fmt/format.h>

#include "statements.h"

namespace dw {
namespace {

Result<int64_t> version_of(Db& db) {
  int64_t version = 0;
  DW_TRY([[maybe_unused]] const int64_t rows,
         db.run(stmt::schema_now, {}, [&](const Row& row) { version = row.integer(0); }));
  return version;
}

Result<void> step(Db& db, const Migration& migration, TimePoint now) {
  DW_CHECK(db.run_script(db.is_sqlite() ? migration.sqlite : migration.postgres));
  DW_TRY([[maybe_unused]] const int64_t rows,
         db.run(stmt::schema_reached, {migration.number, now}));
  return {};
}

}  // namespace

Result<int> migrate(Db& db, TimePoint now) {
  int done = 0;
  DW_CHECK(db.run(stmt::begin));
  const auto all = [&]() -> Result<void> {
    DW_CHECK(db.run(stmt::schema_lock));
    DW_CHECK(db.run(stmt::schema_table));
    DW_TRY(const int64_t version, version_of(db));
    const auto newest = static_cast<int64_t>(migrations().size());
    if (version > newest) {
      return Error{ErrorKind::conflict, "store",
                   fmt::format("written by a newer Deskwire (schema {}, this one knows {}): start "
                               "that version, or restore a backup made before the upgrade",
                               version, newest)};
    }
    for (const Migration& migration : migrations()) {
      if (migration.number <= version) continue;
      DW_CHECK(step(db, migration, now));
      ++done;
    }
    return {};
  }();
  if (!all.ok()) {
    if (!db.run(stmt::rollback).ok()) return all.error();  // the connection is gone with its work
    return all.error();
  }
  DW_CHECK(db.run(stmt::commit));
  return done;
}

}  // namespace dw
