// The words of the command line: commands, their options and arguments. A narrow face over CLI11,
// whose header is the heaviest of all: only command_line.cc, main.cc and the printers of
// completions and of the manual page include it.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): a name of the library
class App;
class Option;
}  // namespace CLI

namespace dw {

/// An option ("--limit") or a positional argument ("id") of a command.
class CommandOption {
 public:
  explicit CommandOption(CLI::Option* option) : option_(option) {}

  CommandOption& required();
  /// Exactly one value, where the variable is a list.
  CommandOption& single();
  CommandOption& one_of(std::vector<std::string> values);
  CommandOption& within(int least, int most);
  CommandOption& within(double least, double most);
  /// `problem` gives what is wrong with a value, or nothing.
  CommandOption& check(std::function<std::string(const std::string&)> problem);
  /// May be given without a value, which then is this one.
  CommandOption& value_or_default(const std::string& value);
  /// The help shows what the variable holds now.
  CommandOption& show_default();
  /// In neither help, completions nor the manual page.
  CommandOption& hide();

 private:
  CLI::Option* option_;
};

/// A command, or a group of commands. A handle: copies are the same command. Variables that options
/// fill must live until the command line has been read.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  /// A command below this one.
  Command add(const std::string& name, const std::string& what);
  /// A command that only holds others, of which one must be given.
  Command add_group(const std::string& name, const std::string& what);
  /// This one may be given without any of those below it.
  Command& has_optional_commands();
  bool has_chosen_command() const;
  /// What the command does, once all of the line has been read.
  void on_run(std::function<void()> action);

  CommandOption add_option(const std::string& name, std::string& value, const std::string& what);
  CommandOption add_option(const std::string& name, std::vector<std::string>& values,
                           const std::string& what);
  CommandOption add_option(const std::string& name, int64_t& value, const std::string& what);
  CommandOption add_option(const std::string& name, int& value, const std::string& what);
  CommandOption add_option(const std::string& name, double& value, const std::string& what);
  CommandOption add_flag(const std::string& name, bool& value, const std::string& what);

  CLI::App& library() const { return *app_; }

 private:
  CLI::App* app_;
};

}  // namespace dw
