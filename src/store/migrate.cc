#include "store/migrate.h"

#include <fmt/format.h>

#include "base/log.h"
#include "sql/engine.h"

namespace dw {
namespace {

Result<void> step(Connection& db, const Migration& migration, TimePoint now) {
  DW_CHECK(db.run_script(db.is_sqlite() ? migration.sqlite : migration.postgres));
  DW_CHECK(db.run(stmt::schema_reached, {migration.number, now}));
  return {};
}

/// A new store takes every text: a ticket with a letter that its encoding has not would be refused
/// each time it comes. SQL_ASCII keeps the bytes that it is given.
Result<void> check_encoding(Connection& db) {
  std::string encoding;
  DW_CHECK(db.run(stmt::text_encoding, {}, [&](const Row& row) { encoding = row.text(0); }));
  if (encoding == "UTF8" || encoding == "SQL_ASCII") return {};
  return Error{
      ErrorKind::conflict, "store",
      fmt::format("the database keeps texts as {}, which has not all letters; make another "
                  "with `createdb -E UTF8 -T template0 NAME` and name it in store.url",
                  encoding)};
}

Result<int> take_steps(Connection& db, TimePoint now) {
  DW_CHECK(db.run(stmt::schema_lock));
  DW_TRY(const int64_t reached, schema_of(db));  // again: another may have been first
  if (reached == 0) DW_CHECK(check_encoding(db));
  DW_CHECK(db.run(stmt::schema_patience));
  if (reached > 0 && reached < migrations().back().number) {
    log_info("store", "migrating the schema; a large store takes minutes",
             {{"from", reached}, {"to", migrations().back().number}});
  }
  DW_CHECK(db.run(stmt::schema_table));
  int done = 0;
  for (const Migration& migration : migrations()) {
    if (migration.number <= reached) continue;
    DW_CHECK(step(db, migration, now));
    ++done;
  }
  return done;
}

}  // namespace

Result<int64_t> schema_of(Connection& db) {
  bool is_ours = false, has_tables = false;
  DW_CHECK(db.run(stmt::schema_tables, {}, [&](const Row& row) {
    is_ours = row.integer(0) > 0;
    has_tables = row.integer(1) > 0;
  }));
  if (!is_ours && has_tables) {
    return Error{ErrorKind::conflict, "store",
                 "belongs to another program; set store.url to a file that does not exist yet"};
  }
  if (!is_ours) return int64_t{0};
  int64_t reached = 0;
  DW_CHECK(db.run(stmt::schema_now, {}, [&](const Row& row) { reached = row.integer(0); }));
  const int64_t newest = migrations().back().number;
  if (reached <= newest) return reached;
  if (reached == schema_of_unfinished_copy) {
    return Error{ErrorKind::conflict, "store",
                 "a copy into this store was interrupted. Run `deskwire store copy` again"};
  }
  return Error{ErrorKind::conflict, "store",
               fmt::format("written by a newer Deskwire (schema {}, this one knows {}): start "
                           "that version, or restore a backup made before the upgrade",
                           reached, newest)};
}

Result<int> migrate(Connection& db, TimePoint now) {
  DW_TRY(const int64_t reached, schema_of(db));
  if (reached == migrations().back().number) return 0;
  DW_CHECK(db.run(stmt::begin));
  Result<int> done = take_steps(db, now);
  if (done.ok()) {
    DW_CHECK(db.run(stmt::commit));
  } else if (!db.run(stmt::rollback).ok()) {
    return done.error();  // the connection is gone with its work
  }
  return done;
}

}  // namespace dw
