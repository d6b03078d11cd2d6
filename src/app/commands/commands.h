// The command line: one function per command, each in a file of its own, and what they share.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/commands/command_line.h"
#include "app/core.h"
#include "base/json.h"
#include "base/terminal_text.h"

namespace dw {

/// What every command is given.
struct Invocation {
  std::string config;    ///< --config
  bool is_json = false;  ///< --json
  int exit_code = 0;
};

void add_serve(Command app, Invocation& invocation);
void add_check(Command app, Invocation& invocation);
void add_init(Command app, Invocation& invocation);
void add_config(Command app, Invocation& invocation);
void add_ticket(Command app, Invocation& invocation);
void add_incident(Command app, Invocation& invocation);
void add_queue(Command app, Invocation& invocation);
void add_delivery(Command app, Invocation& invocation);
void add_route(Command app, Invocation& invocation);
void add_token(Command app, Invocation& invocation);
void add_summary(Command app, Invocation& invocation);
void add_tally(Command app, Invocation& invocation);
void add_user(Command app, Invocation& invocation);
void add_store(Command app, Invocation& invocation);
void add_why(Command app, Invocation& invocation);
void add_login(Command app, Invocation& invocation);
void add_setup(Command app, Invocation& invocation);
void add_notices(Command app, Invocation& invocation);
void add_volume(Command app, Invocation& invocation);
void add_demo(Command app, Invocation& invocation);
void add_completions(Command app, Invocation& invocation);
void add_man(Command app, Invocation& invocation);

/// The arguments behind the program's name, older tools' spellings put into ours:
/// `notices run -sheetid ID -testmode yes`.
std::vector<std::string> modern_arguments(int count, char** arguments);

/// The sections whose secrets a command uses: "zendesk". One that is missing elsewhere does not
/// stop it.
using SecretSections = std::vector<std::string>;
inline const char* const every_section = "*";

/// Settings as the daemon would read them; a failure is printed and sets the exit code (78).
std::optional<Settings> read_settings(Invocation& invocation, const SecretSections& secrets = {});
/// The core over the same store, beside a daemon that may be running; failures as above. A command
/// that reads, or works on what is there, looks: in a wrong folder it would show an empty store,
/// and leave one behind. One that begins something visits, and makes the store where `serve` would.
std::unique_ptr<Core> open_core(Invocation& invocation, OpenMode mode,
                                const SecretSections& secrets = {});
/// The same for what needs nothing of the store and writes nothing into it: where there is none
/// yet, it is in memory.
Settings without_new_store(Settings settings);
/// The file of a store that is not there yet; empty: it is there, or is no file.
std::string new_store_file(const Settings& settings);
/// check.cc: probes everything, a line each.
void check_live(Invocation& invocation);
/// Prints the error and sets the exit code.
void fail(Invocation& invocation, const Error& error);
/// Runs a task to its end on the core's loop; what it returned.
void run_task(Core& core, Task<void> task);
template <class T>
Task<void> keep_answer(Task<T> task, std::optional<T>& out) {
  out = co_await std::move(task);
}
template <class T>
T run_task(Core& core, Task<T> task) {
  std::optional<T> out;
  run_task(core, keep_answer(std::move(task), out));
  return std::move(*out);
}

/// login.cc: signs in to Google, and says where the token is kept.
void log_in_google(Invocation& invocation, Core& core);

/// --json: {"items": […]}; else a table with these columns, of which members are dotted paths, or
/// several with "|" between them: the first that there is.
struct TableColumn {
  std::string heading, member;
};
void print_items(const Invocation& invocation, const json::array& items,
                 const std::vector<TableColumn>& columns);
/// --json: the object; else "name: value" lines, whole, further lines of a value indented.
void print_one(const Invocation& invocation, const json::object& object);

/// A subcommand whose callback runs `action`, with --json.
Command add_command(Command app, Invocation& invocation, const std::string& name,
                    const std::string& what, std::function<void()> action);

}  // namespace dw
