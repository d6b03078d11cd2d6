// Accounts, sessions, and the keys that sign cookies.
#include "records/accounts.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sql/accounts.h"

namespace dw {
namespace {

/// A session that nobody used for this long is swept; the rules of access end it sooner.
constexpr Millis session_kept{60LL * 86'400'000};

/// Whoever looks for an account before it makes or changes one: they are few, and few at a time.
constexpr const char* accounts_guard = "accounts";

Account account_in(const Row& row) {
  namespace col = columns::account;
  return {.id = row.integer(col::id),
          .name = std::string(row.text(col::name)),
          .subject = std::string(row.text(col::subject)),
          .role = std::string(row.text(col::role)),
          .password = std::string(row.text(col::password)),
          .created_at = row.time(col::created_at),
          .signed_in_at = row.time_or_none(col::signed_in_at)};
}

}  // namespace

namespace accounts {

Result<std::vector<Account>> list(ReadDb& db) {
  std::vector<Account> out;
  DW_CHECK(
      db.run(stmt::list_accounts, {}, [&out](const Row& row) { out.push_back(account_in(row)); }));
  return out;
}

Result<std::optional<Account>> find(ReadDb& db, const std::string& name) {
  std::optional<Account> found;
  DW_CHECK(db.guard(accounts_guard));
  DW_CHECK(db.run(stmt::account_by_name, {to_lower(name)},
                  [&found](const Row& row) { found = account_in(row); }));
  return found;
}

Result<std::optional<Account>> find_by_subject(ReadDb& db, const std::string& subject) {
  std::optional<Account> found;
  DW_CHECK(db.guard(accounts_guard));
  DW_CHECK(db.run(stmt::account_by_subject, {subject},
                  [&found](const Row& row) { found = account_in(row); }));
  return found;
}

Result<int64_t> add(Db& db, const Account& account) {
  int64_t id = 0;
  DW_CHECK(db.guard(accounts_guard));
  DW_CHECK(db.run(stmt::add_account,
                  {account.name, to_lower(account.name), account.subject, account.role,
                   account.password, account.created_at},
                  [&id](const Row& row) { id = row.integer(0); }));
  if (id != 0) return id;
  return Error{ErrorKind::conflict, "user", fmt::format("account {} already exists", account.name)};
}

Result<void> change(Db& db, const Account& account) {
  DW_CHECK(db.guard(accounts_guard));
  DW_TRY(const int64_t rows,
         db.run(stmt::change_account, {account.id, account.role, account.password}));
  if (rows > 0) return db.send(stmt::drop_sessions_of, {account.id});
  return Error{ErrorKind::missing, "user", fmt::format("there is no account {}", account.name)};
}

Result<void> remove(Db& db, int64_t id) {
  DW_CHECK(db.guard(accounts_guard));
  DW_CHECK(db.send(stmt::drop_sessions_of, {id}));
  return db.send(stmt::remove_account, {id});
}

Result<void> add_session(Db& db, const Session& session) {
  DW_CHECK(db.send(stmt::prune_sessions, {session.created_at - session_kept, int64_t{100}}));
  DW_CHECK(db.send(stmt::account_signed_in, {session.account, session.created_at}));
  return db.send(stmt::add_session,
                 {session.hash, session.account, session.created_at, session.seen_at});
}

Result<std::optional<OpenSession>> find_session(ReadDb& db, const std::string& hash) {
  std::optional<OpenSession> found;
  DW_CHECK(db.run(stmt::find_session, {hash}, [&](const Row& row) {
    using columns::account::behind;
    found = OpenSession{
        {hash, row.integer(columns::account::id), row.time(behind), row.time(behind + 1)},
        account_in(row)};
  }));
  return found;
}

Result<void> touch_session(Db& db, const std::string& hash, TimePoint now) {
  return db.send(stmt::touch_session, {hash, now});
}

Result<void> drop_session(Db& db, const std::string& hash) {
  return db.send(stmt::drop_session, {hash});
}

Result<std::string> server_key(Db& db, const std::string& name, const std::string& fresh) {
  DW_CHECK(db.send(stmt::keep_server_key, {name, fresh}));
  std::string secret;
  DW_CHECK(
      db.run(stmt::find_server_key, {name}, [&secret](const Row& row) { secret = row.text(0); }));
  return secret;
}

Result<int64_t> prune(Db& db, TimePoint before, int64_t limit) {
  return db.run(stmt::prune_sessions, {before, limit});
}

}  // namespace accounts
}  // namespace dw
