// Arguments to a command, errors to an exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/commands/commands.h"
#include "app/exit_code.h"

namespace {

int run(int count, char** arguments) {
  dw::Invocation invocation;
  CLI::App app("Deskwire carries support tickets between chat and desks.", "deskwire");
  app.set_version_flag("--version", "deskwire " DW_VERSION);
  app.add_option("--config", invocation.config, "the configuration file");
  app.require_subcommand(1);
  app.fallthrough();
  dw::add_serve(app, invocation);
  dw::add_init(app, invocation);
  dw::add_check(app, invocation);
  dw::add_config(app, invocation);
  dw::add_ticket(app, invocation);
  dw::add_queue(app, invocation);
  dw::add_delivery(app, invocation);
  dw::add_route(app, invocation);
  dw::add_token(app, invocation);
  dw::add_summary(app, invocation);
  dw::add_tally(app, invocation);
  dw::add_user(app, invocation);
  dw::add_store(app, invocation);
  dw::add_why(app, invocation);
  dw::add_login(app, invocation);
  dw::add_setup(app, invocation);
  dw::add_notices(app, invocation);
  dw::add_volume(app, invocation);
  dw::add_demo(app, invocation);
  dw::add_completions(app, invocation);
  dw::add_man(app, invocation);
  std::vector<std::string> words = dw::modern_arguments(count, arguments);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app.parse(words);
  } catch (const CLI::ParseError& wrong) {
    const int code = app.exit(wrong);  // prints help, version, or what is wrong
    return code == 0 ? 0 : dw::exit_usage;
  }
  return invocation.exit_code;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& defect) {
    // Nothing that is expected comes here: errors are values.
    fmt::print(stderr, "deskwire: a defect: {}\n", defect.what());
    return dw::exit_defect;
  }
}
