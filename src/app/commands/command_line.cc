#include "app/commands/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "base/number.h"

namespace dw {
namespace {

/// The library's own writes "0.000000 to 0.100000", and says of a word that it is not in range.
template <class T>
CLI::Validator range(const char* type, const char* what, T least, T most) {
  const auto check = [=](std::string& given) -> std::string {
    const std::optional<T> value = number_in<T>(given);
    if (value && *value >= least && *value <= most) return "";
    return fmt::format("invalid value \"{}\" ({} from {} to {})", given, what, least, most);
  };
  return CLI::Validator(check, fmt::format("{} in [{} - {}]", type, least, most));
}

}  // namespace

CommandOption& CommandOption::required() {
  option_->required();
  return *this;
}

CommandOption& CommandOption::single() {
  option_->expected(1);
  return *this;
}

CommandOption& CommandOption::one_of(std::vector<std::string> values) {
  option_->check(CLI::IsMember(std::move(values)));
  return *this;
}

CommandOption& CommandOption::within(int least, int most) {
  option_->check(range<int>("INT", "a whole number", least, most));
  return *this;
}

CommandOption& CommandOption::within(double least, double most) {
  option_->check(range<double>("FLOAT", "a number", least, most));
  return *this;
}

CommandOption& CommandOption::check(std::function<std::string(const std::string&)> problem) {
  option_->check(std::move(problem));
  return *this;
}

CommandOption& CommandOption::value_or_default(const std::string& value) {
  option_->expected(0, 1)->default_str(value);
  return *this;
}

CommandOption& CommandOption::show_default() {
  option_->capture_default_str();
  return *this;
}

CommandOption& CommandOption::hide() {
  option_->group("");
  return *this;
}

Command Command::add(const std::string& name, const std::string& what) {
  return Command(*app_->add_subcommand(name, what));
}

Command Command::add_group(const std::string& name, const std::string& what) {
  Command group = add(name, what);
  group.app_->require_subcommand(1);
  return group;
}

Command& Command::has_optional_commands() {
  app_->require_subcommand(0, 1);
  return *this;
}

bool Command::has_chosen_command() const {
  return !app_->get_subcommands().empty();
}

void Command::on_run(std::function<void()> action) {
  app_->callback(std::move(action));
}

CommandOption Command::add_option(const std::string& name, std::string& value,
                                  const std::string& what) {
  return CommandOption(app_->add_option(name, value, what));
}

CommandOption Command::add_option(const std::string& name, std::vector<std::string>& values,
                                  const std::string& what) {
  return CommandOption(app_->add_option(name, values, what));
}

CommandOption Command::add_option(const std::string& name, int64_t& value,
                                  const std::string& what) {
  return CommandOption(app_->add_option(name, value, what));
}

CommandOption Command::add_option(const std::string& name, int& value, const std::string& what) {
  return CommandOption(app_->add_option(name, value, what));
}

CommandOption Command::add_option(const std::string& name, double& value, const std::string& what) {
  return CommandOption(app_->add_option(name, value, what));
}

CommandOption Command::add_flag(const std::string& name, bool& value, const std::string& what) {
  return CommandOption(app_->add_flag(name, value, what));
}

}  // namespace dw
