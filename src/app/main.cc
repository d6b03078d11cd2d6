// Arguments to a command, errors to an exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <sstream>

#include "app/commands/commands.h"
#include "app/commands/usage_error.h"
#include "app/exit_code.h"
#include "app/print.h"
#include "base/defect.h"
#include "base/storable.h"

namespace {

int run(int count, char** arguments) {
  dw::Invocation invocation;
  CLI::App app("Deskwire carries support tickets between chat and desks.", "deskwire");
  app.set_version_flag("--version", "deskwire " DW_VERSION);
  app.add_option("--config", invocation.config, "the configuration file");
  app.require_subcommand(1);
  app.fallthrough();
  const dw::Command program(app);
  dw::add_serve(program, invocation);
  dw::add_init(program, invocation);
  dw::add_check(program, invocation);
  dw::add_config(program, invocation);
  dw::add_ticket(program, invocation);
  dw::add_incident(program, invocation);
  dw::add_queue(program, invocation);
  dw::add_delivery(program, invocation);
  dw::add_route(program, invocation);
  dw::add_token(program, invocation);
  dw::add_summary(program, invocation);
  dw::add_tally(program, invocation);
  dw::add_user(program, invocation);
  dw::add_store(program, invocation);
  dw::add_why(program, invocation);
  dw::add_login(program, invocation);
  dw::add_setup(program, invocation);
  dw::add_notices(program, invocation);
  dw::add_volume(program, invocation);
  dw::add_demo(program, invocation);
  dw::add_completions(program, invocation);
  dw::add_man(program, invocation);
  std::vector<std::string> words = dw::modern_arguments(count, arguments);
  for (const std::string& word : words) {
    if (dw::unstorable_reason(word).empty()) continue;
    dw::print(stderr, "deskwire: the argument \"{}\" is not valid UTF-8\n", dw::storable(word));
    return dw::exit_usage;
  }
  if (!words.empty() && words.front() == "help") {  // "help ticket" is "ticket --help"
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  std::vector<std::string> reversed(words.rbegin(), words.rend());  // as CLI11 takes them
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& wrong) {
    const bool is_asked = wrong.get_exit_code() == 0;  // for help or the version
    const auto told = is_asked ? std::nullopt : dw::usage_error(app, words, wrong);
    if (told) {
      dw::print(stderr, "deskwire: {}\n", *told);
      return dw::exit_usage;
    }
    // Prints help, version, or what is wrong, with the words that were given.
    std::ostringstream out, err;
    const int code = app.exit(wrong, out, err);
    dw::print_text(stdout, out.str(), false);
    dw::print_text(stderr, err.str(), false);
    return code == 0 ? 0 : dw::exit_usage;
  }
  return invocation.exit_code;
}

}  // namespace

int main(int count, char** arguments) {
  dw::end_on_defects();
  try {
    return run(count, arguments);
  } catch (const std::exception& defect) {
    // Nothing that is expected comes here: errors are values.
    dw::print(stderr, "deskwire: a defect: {}\n", defect.what());
    return dw::exit_defect;
  }
}
