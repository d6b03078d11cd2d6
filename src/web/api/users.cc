// Accounts: for the command line alone.
#include <fmt/format.h>

#include "records/accounts.h"
#include "records/audit.h"
#include "records/paging.h"
#include "web/api/operations.h"
#include "web/sign_in/passwords.h"
#include "web/status_shapes.h"

namespace dw {
namespace {

Result<Account> account_named(ReadDb& db, const std::string& name) {
  DW_TRY(const std::optional<Account> found, accounts::find(db, name));
  if (found) return *found;
  return Error{ErrorKind::missing, "user", fmt::format("there is no account {}", name)};
}

}  // namespace

void Operations::add_users() {
  add_own("listUsers", &Operations::list_users);
  add_own("getUser", &Operations::show_user);
  add_own("addUser", &Operations::add_user);
  add_own("updateUser", &Operations::change_user);
  add_own("removeUser", &Operations::remove_user);
}

Task<ApiAnswer> Operations::list_users(Call&) {
  Page<Account> page;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(page.items, accounts::list(db));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(page, parts_.shapes);
}

Task<ApiAnswer> Operations::show_user(Call& call) {
  Account account;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(account, account_named(db, call.name()));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(account);
}

Task<ApiAnswer> Operations::add_user(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  Account account{.name = view["name"].required_text(),
                  .role = view["role"].text().value_or(std::string(name_of(Role::viewer)))};
  account.password = hash_password(view["password"].required_text());
  account.created_at = parts_.clock.now();
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(account.id, accounts::add(db, account));
    return audit::add(db, {account.created_at, call.caller.name, "user.add", account.name});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return shape_of(account);
}

Task<ApiAnswer> Operations::change_user(Call& call) {
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  const std::optional<std::string> password = view["password"].text(), role = view["role"].text();
  const std::string hash = password ? hash_password(*password) : std::string();
  Account account;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(account, account_named(db, call.name()));
    if (password && !account.subject.empty()) {
      return Error{ErrorKind::invalid, "user", "uses single sign-on and has no password here"};
    }
    if (password) account.password = hash;
    if (role) account.role = *role;
    DW_CHECK(accounts::change(db, account));
    const char* what = password ? "user.passwd" : "user.role";
    return audit::add(db, {parts_.clock.now(), call.caller.name, what, account.name});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return shape_of(account);
}

Task<ApiAnswer> Operations::remove_user(Call& call) {
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(const Account account, account_named(db, call.name()));
    DW_CHECK(accounts::remove(db, account.id));
    return audit::add(db, {parts_.clock.now(), call.caller.name, "user.remove", account.name});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return shape_of(RemovedUser{call.name()});
}

}  // namespace dw
