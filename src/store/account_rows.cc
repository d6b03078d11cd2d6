// Accounts, sessions, and the keys that sign cookies.
#include <fmt/format.h>

#include "base/text.h"
#include "statements.h"
#include "store/journal.h"

namespace dw {
namespace {

/// A session that nobody used for this long is swept; the rules of access end it sooner.
constexpr Millis session_kept{60LL * 86'400'000};

/// Whoever looks for an account before it makes or changes one: they are few, and few at a time.
constexpr const char* accounts_guard = "accounts";

Account account_in(const Row& row) {
  return {.id = row.integer(0),
          .name = std::string(row.text(1)),
          .subject = std::string(row.text(2)),
          .role = std::string(row.text(3)),
          .password = std::string(row.text(4)),
          .created_at = row.time(5),
          .signed_in_at = row.time_or_none(6)};
}

}  // namespace

Result<std::vector<Account>> SqlJournal::accounts() {
  std::vector<Account> out;
  DW_CHECK(
      db_.run(stmt::list_accounts, {}, [&out](const Row& row) { out.push_back(account_in(row)); }));
  return out;
}

Result<std::optional<Account>> SqlJournal::account(const std::string& name) {
  std::optional<Account> found;
  DW_CHECK(guard(accounts_guard));
  DW_CHECK(db_.run(stmt::account_by_name, {to_lower(name)},
                   [&found](const Row& row) { found = account_in(row); }));
  return found;
}

Result<std::optional<Account>> SqlJournal::account_of_subject(const std::string& subject) {
  std::optional<Account> found;
  DW_CHECK(guard(accounts_guard));
  DW_CHECK(db_.run(stmt::account_by_subject, {subject},
                   [&found](const Row& row) { found = account_in(row); }));
  return found;
}

Result<int64_t> SqlJournal::add_account(const Account& account) {
  int64_t id = 0;
  DW_CHECK(guard(accounts_guard));
  DW_CHECK(db_.run(stmt::add_account,
                   {account.name, to_lower(account.name), account.subject, account.role,
                    account.password, account.created_at},
                   [&id](const Row& row) { id = row.integer(0); }));
  if (id != 0) return id;
  return Error{ErrorKind::conflict, "user",
               fmt::format("there is an account {} already", account.name)};
}

Result<void> SqlJournal::change_account(const Account& account) {
  DW_CHECK(guard(accounts_guard));
  DW_TRY(const int64_t rows,
         db_.run(stmt::change_account, {account.id, account.role, account.password}));
  if (rows > 0) return db_.send(stmt::drop_sessions_of, {account.id});
  return Error{ErrorKind::missing, "user", fmt::format("there is no account {}", account.name)};
}

Result<void> SqlJournal::remove_account(int64_t id) {
  DW_CHECK(guard(accounts_guard));
  DW_CHECK(db_.send(stmt::drop_sessions_of, {id}));
  return db_.send(stmt::remove_account, {id});
}

Result<void> SqlJournal::add_session(const Session& session) {
  DW_CHECK(db_.send(stmt::prune_sessions, {session.created_at - session_kept, int64_t{100}}));
  DW_CHECK(db_.send(stmt::account_signed_in, {session.account, session.created_at}));
  return db_.send(stmt::add_session,
                  {session.hash, session.account, session.created_at, session.seen_at});
}

Result<std::optional<OpenSession>> SqlJournal::session(const std::string& hash) {
  std::optional<OpenSession> found;
  DW_CHECK(db_.run(stmt::find_session, {hash}, [&](const Row& row) {
    found = OpenSession{{hash, row.integer(0), row.time(7), row.time(8)}, account_in(row)};
  }));
  return found;
}

Result<void> SqlJournal::touch_session(const std::string& hash, TimePoint now) {
  return db_.send(stmt::touch_session, {hash, now});
}

Result<void> SqlJournal::drop_session(const std::string& hash) {
  return db_.send(stmt::drop_session, {hash});
}

Result<std::string> SqlJournal::server_key(const std::string& name, const std::string& fresh) {
  DW_CHECK(db_.send(stmt::keep_server_key, {name, fresh}));
  std::string secret;
  DW_CHECK(
      db_.run(stmt::find_server_key, {name}, [&secret](const Row& row) { secret = row.text(0); }));
  return secret;
}

}  // namespace dw
