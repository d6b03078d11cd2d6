// `deskwire user`: accounts of access.mode "password", and those that single sign-on brought.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "app/commands/operation_command.h"
#include "app/print.h"
#include "base/text.h"
#include "web/sign_in/passwords.h"

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
  print(stderr, "{}: ", prompt);
  termios shown{};
  ::tcgetattr(STDIN_FILENO, &shown);
  termios hidden = shown;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::getline(std::cin, line);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  print(stderr, "\n");
  return line;
}

/// Asked twice on a terminal. errors  invalid
Result<std::string> fresh_password() {
  const std::string password = read_secret("Password");
  if (const std::string wrong = check_password(password); !wrong.empty()) {
    return Error{ErrorKind::invalid, "password", wrong};
  }
  if (::isatty(STDIN_FILENO) != 0 && read_secret("Again") != password) {
    return Error{ErrorKind::invalid, "password", "the two passwords differ"};
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
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::visit);
  if (!core) return;
  FrontDoor door(*core);
  const Result<std::string> password = fresh_password();
  if (!password.ok()) return fail(invocation, password.error());
  Asking asking{.body = {{"name", given.name}, {"password", *password}}};
  if (!given.role.empty()) asking.body["role"] = given.role;
  if (const auto made = ask(invocation, door, "addUser", asking)) print_one(invocation, *made);
}

/// With --role alone the password stays, and without it the role: whoever changes the other one
/// while the password is typed is not undone.
void change(Invocation& invocation, const UserArguments& given) {
  const std::unique_ptr<Core> core = open_core(invocation, OpenMode::look);
  if (!core) return;
  FrontDoor door(*core);
  Asking asking{.name = given.name};
  const auto account = ask(invocation, door, "getUser", asking);
  if (!account) return;
  if (given.role.empty()) {
    if (account->at("kind").as_string() == "oidc") {
      return fail(invocation,
                  {ErrorKind::invalid, "user", "uses single sign-on and has no password here"});
    }
    const Result<std::string> password = fresh_password();
    if (!password.ok()) return fail(invocation, password.error());
    asking.body["password"] = *password;
  } else {
    asking.body["role"] = given.role;
  }
  if (const auto made = ask(invocation, door, "updateUser", asking)) print_one(invocation, *made);
}

}  // namespace

void add_user(Command app, Invocation& invocation) {
  auto given = std::make_shared<UserArguments>();  // shared with callbacks that run later
  Command user = app.add_group("user", "Accounts");
  const auto role = [given](Command command, const char* what) {
    command.add_option("--role", given->role, what).one_of({"viewer", "agent", "admin"});
  };
  Command fresh = add_command(user, invocation, "add",
                              "Create an account; asks for the password, or reads it from stdin",
                              [&invocation, given] { add(invocation, *given); });
  fresh.add_option("name", given->name, "the name to sign in with").required().check(check_name);
  role(fresh, "viewer (the default), agent or admin");
  add_operation(user, invocation,
                {.name = "list",
                 .what = "List accounts",
                 .operation = "listUsers",
                 .columns = {{"NAME", "name"},
                             {"ROLE", "role"},
                             {"KIND", "kind"},
                             {"CREATED", "created_at"},
                             {"SIGNED IN", "signed_in_at"}}});
  add_operation(user, invocation,
                {.name = "remove",
                 .what = "Remove an account, and end its sessions",
                 .operation = "removeUser",
                 .arguments = {in_path("name", "its name")}});
  Command other =
      add_command(user, invocation, "passwd",
                  "Set a new password, or with --role a new role; ends the account's sessions",
                  [&invocation, given] { change(invocation, *given); });
  other.add_option("name", given->name, "its name").required();
  role(other, "viewer, agent or admin");
}

}  // namespace dw
