// `deskwire user`: accounts of access.mode "password", and those that single sign-on brought.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "base/text.h"
#include "web/sign_in/passwords.h"
#include "web/status_shapes.h"

namespace dw {
namespace {

constexpr size_t name_characters_max = 100;

struct UserArguments {
  std::string name, role;
};

/// One line of stdin; not shown while it is typed.
std::string read_secret(const char* prompt) {
  std::string line;
  if (::isatty(STDIN_FILENO) == 0) {
    std::getline(std::cin, line);
    return line;
  }
  fmt::print(stderr, "{}: ", prompt);
  termios shown{};
  ::tcgetattr(STDIN_FILENO, &shown);
  termios hidden = shown;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::getline(std::cin, line);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  fmt::print(stderr, "\n");
  return line;
}

/// Asked twice on a terminal. errors  invalid
Result<std::string> fresh_password() {
  const std::string password = read_secret("Password");
  if (const std::string wrong = check_password(password); !wrong.empty()) {
    return Error{ErrorKind::invalid, "password", wrong};
  }
  if (::isatty(STDIN_FILENO) != 0 && read_secret("Again") != password) {
    return Error{ErrorKind::invalid, "password", "is not the same both times"};
  }
  return password;
}

std::string check_name(const std::string& name) {
  const bool is_good = !name.empty() && is_utf8(name) && trim(name) == name &&
                       count_characters(name) <= name_characters_max &&
                       !find_control_character(name) && name.find('\n') == std::string::npos;
  return is_good ? "" : "must be 1 to 100 characters of plain text";
}

void add(Invocation& invocation, const UserArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  const Result<std::string> password = fresh_password();
  if (!password.ok()) return fail(invocation, password.error());
  Account account{.name = given.name, .role = given.role.empty() ? "viewer" : given.role};
  account.password = hash_password(*password);
  account.created_at = core->clock.now();
  auto work = [&](Journal& journal) -> Result<void> {
    DW_TRY(account.id, journal.add_account(account));
    return journal.add_audit({account.created_at, "command line", "user.add", account.name});
  };
  const Result<void> written = core->store->write_now(work);
  if (!written.ok()) return fail(invocation, written.error());
  print_one(invocation, shape_of(account));
}

void list(Invocation& invocation) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(const std::vector<Account> accounts, reader.accounts());
    json::array items;
    for (const Account& account : accounts) items.push_back(shape_of(account));
    print_items(invocation, items,
                {{"NAME", "name"},
                 {"ROLE", "role"},
                 {"KIND", "kind"},
                 {"CREATED", "created_at"},
                 {"SIGNED IN", "signed_in_at"}});
    return {};
  };
  const Result<void> read = core->store->read_now(work);
  if (!read.ok()) fail(invocation, read.error());
}

Result<Account> account_named(Journal& journal, const std::string& name) {
  DW_TRY(const std::optional<Account> found, journal.account(name));
  if (found) return *found;
  return Error{ErrorKind::missing, "user", fmt::format("there is no account {}", name)};
}

void remove(Invocation& invocation, const UserArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  auto work = [&](Journal& journal) -> Result<void> {
    DW_TRY(const Account account, account_named(journal, given.name));
    DW_CHECK(journal.remove_account(account.id));
    return journal.add_audit({core->clock.now(), "command line", "user.remove", account.name});
  };
  const Result<void> written = core->store->write_now(work);
  if (!written.ok()) return fail(invocation, written.error());
  print_one(invocation, {{"removed", given.name}});
}

/// The account whose password may be set. errors  missing, invalid: it signs in elsewhere
Result<Account> account_with_password(Journal& journal, const std::string& name) {
  DW_TRY(Account account, account_named(journal, name));
  if (account.subject.empty()) return account;
  return Error{ErrorKind::invalid, "user", "signs in elsewhere: no password here"};
}

/// The hash of the password that is asked for, of an account that may have one.
Result<std::string> ask_password(Core& core, const std::string& name) {
  auto look = [&](Journal& journal) -> Result<void> {
    DW_CHECK(account_with_password(journal, name));
    return {};
  };
  DW_CHECK(core.store->write_now(look));
  DW_TRY(const std::string password, fresh_password());
  return hash_password(password);
}

/// With --role alone the password stays, and without it the role: whoever changes the other one
/// while the password is typed is not undone.
void change(Invocation& invocation, const UserArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation);
  if (!core) return;
  const bool is_role = !given.role.empty();
  std::string password;
  if (!is_role) {
    Result<std::string> asked = ask_password(*core, given.name);
    if (!asked.ok()) return fail(invocation, asked.error());
    password = std::move(*asked);
  }
  Account account;
  auto work = [&](Journal& journal) -> Result<void> {
    if (is_role) {
      DW_TRY(account, account_named(journal, given.name));
      account.role = given.role;
    } else {
      DW_TRY(account, account_with_password(journal, given.name));
      account.password = password;
    }
    DW_CHECK(journal.change_account(account));
    return journal.add_audit(
        {core->clock.now(), "command line", is_role ? "user.role" : "user.passwd", account.name});
  };
  const Result<void> written = core->store->write_now(work);
  if (!written.ok()) return fail(invocation, written.error());
  print_one(invocation, shape_of(account));
}

}  // namespace

void add_user(Command app, Invocation& invocation) {
  auto given = std::make_shared<UserArguments>();  // shared with callbacks that run later
  Command user = app.add_group("user", "Accounts");
  const auto role = [given](Command command, const char* what) {
    command.add_option("--role", given->role, what).one_of({"viewer", "agent", "admin"});
  };
  Command fresh = add_command(user, invocation, "add",
                              "Make one; the password is asked for, or read from stdin",
                              [&invocation, given] { add(invocation, *given); });
  fresh.add_option("name", given->name, "the name to sign in with").required().check(check_name);
  role(fresh, "viewer (the default), agent or admin");
  add_command(user, invocation, "list", "All of them", [&invocation] { list(invocation); });
  Command gone = add_command(user, invocation, "remove", "Remove one, and end its sessions",
                             [&invocation, given] { remove(invocation, *given); });
  gone.add_option("name", given->name, "its name").required();
  Command other = add_command(user, invocation, "passwd",
                              "Set another password, or with --role another role; its sessions "
                              "end",
                              [&invocation, given] { change(invocation, *given); });
  other.add_option("name", given->name, "its name").required();
  role(other, "viewer, agent or admin");
}

}  // namespace dw
