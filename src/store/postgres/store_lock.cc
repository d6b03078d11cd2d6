#include "store/postgres/store_lock.h"

#include <fmt/format.h>

#include "base/log.h"
#include "sql/copy.h"

namespace dw {
namespace {

/// The server notices only after a moment that a process which has ended is gone.
constexpr int tries_max = 30;  // of a tenth of a second

Result<bool> try_lock(Connection& db, const Statement& statement) {
  bool is_ours = false;
  for (int tries = 0; tries < tries_max && !is_ours; ++tries) {
    if (tries > 0) DW_CHECK(db.run(stmt::wait_for_store));
    DW_CHECK(db.run(statement, {}, [&](const Row& row) { is_ours = row.integer(0) != 0; }));
  }
  return is_ours;
}

}  // namespace

Result<void> share_store(Connection& db) {
  DW_TRY(const bool is_shared, try_lock(db, stmt::share_store));
  if (is_shared) return {};
  return Error{ErrorKind::busy, "store",
               "`deskwire store copy` is running on this store. Wait until it has ended"};
}

Result<std::unique_ptr<StoreLock>> StoreLock::take(Connection& db) {
  DW_TRY(const bool is_locked, try_lock(db, stmt::lock_store));
  if (is_locked) return std::unique_ptr<StoreLock>(new StoreLock(db));
  std::string user = "it has just gone";
  DW_CHECK(db.run(stmt::store_users, {}, [&](const Row& row) { user = row.text(0); }));
  return Error{ErrorKind::busy, "store copy",
               fmt::format("a deskwire uses this PostgreSQL store ({}). Stop every replica and "
                           "every command on it, then run this again",
                           user)};
}

StoreLock::~StoreLock() {
  // Now, and not when the server notices that the connection is closed: a daemon may start next.
  if (!db_.run(stmt::unlock_store).ok()) log_debug("store", "the lock ends with the connection");
}

}  // namespace dw
