// `deskwire man`: the manual page deskwire(1), from the same commands and options that --help
// prints. Protocol: the macros of man(7).
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/commands/commands.h"
#include "app/print.h"
#include "base/text.h"

namespace dw {
namespace {

/// Text as roff takes it literally.
std::string literal(const std::string& text) {
  std::string out = replace_all(text, "\\", "\\e");
  out = replace_all(out, "-", "\\-");
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string option_of(const CLI::Option& option) {
  std::string names;
  if (option.get_positional()) names = option.get_name(true);
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) {
    names += (names.empty() ? "--" : ", --") + name;
  }
  const std::string value =
      option.get_type_size() > 0 && !option.get_positional() ? " " + option.get_type_name() : "";
  return fmt::format(".TP\n.B {}\n{}\n", literal(names + value), literal(option.get_description()));
}

void put_command(const CLI::App& command, const std::string& path, std::string& out) {
  const auto below =
      command.get_subcommands([](const CLI::App* one) { return !one->get_name().empty(); });
  const bool is_leaf = below.empty();
  if (is_leaf) {
    out += fmt::format(".SS \"deskwire {}\"\n{}.\n", literal(path),
                       literal(command.get_description()));
    for (const CLI::Option* option : command.get_options()) {
      const bool is_help = option->get_lnames() == std::vector<std::string>{"help"};
      const bool is_hidden = option->get_group().empty();
      if (!is_help && !is_hidden) out += option_of(*option);
    }
  }
  for (const CLI::App* one : below) put_command(*one, path + " " + one->get_name(), out);
}

std::string manual(const CLI::App& app) {
  std::string out =
      ".\\\" Printed by `deskwire man`; a test holds this page to the program.\n"
      ".TH DESKWIRE 1 \"\" \"deskwire " DW_VERSION
      "\" \"User Commands\"\n"
      ".SH NAME\ndeskwire \\- carries support tickets between chat and desks\n"
      ".SH SYNOPSIS\n.B deskwire\n.RB [ \\-\\-config\n.IR FILE ]\n.I COMMAND\n.RI [ OPTIONS ]\n"
      ".SH DESCRIPTION\n" +
      literal(app.get_description()) +
      "\nOne program is the daemon and the command line. It runs on one machine without a "
      "configuration file.\nResults go to standard output, logs to standard error.\n.SH COMMANDS\n";
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; })) {
    put_command(*one, one->get_name(), out);
  }
  out +=
      ".SH EXIT STATUS\n"
      ".TP\n.B 0\ndone\n"
      ".TP\n.B 1\nit ran, and found something to act on\n"
      ".TP\n.B 2\nwrong usage\n"
      ".TP\n.B 69\nan outside system could not be reached; nothing was lost, run again\n"
      ".TP\n.B 70\na defect in Deskwire\n"
      ".TP\n.B 75\nanother process holds the lock; try later\n"
      ".TP\n.B 78\nconfiguration\n"
      ".SH FILES\n.TP\n.I deskwire.toml\nin the working directory, else\n"
      ".I /etc/deskwire/deskwire.toml\n(or \\-\\-config, or DESKWIRE_CONFIG)\n"
      ".SH ENVIRONMENT\n"
      ".B SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, ZENDESK_SUBDOMAIN, "
      "ZENDESK_EMAIL, ZENDESK_TOKEN, ZENDESK_WEBHOOK_SECRET\n"
      "are read where the configuration leaves them out; NO_COLOR is honoured.\n";
  return out;
}

}  // namespace

void add_man(Command app, Invocation& invocation) {
  Command command = app.add("man", "Print the manual page deskwire(1)");
  command.on_run([app, &invocation] {
    print("{}", manual(app.library()));
    invocation.exit_code = 0;
  });
}

}  // namespace dw
