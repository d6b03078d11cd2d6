#include "app/environment_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <set>

#include "base/text.h"
#include "base/text_file.h"

namespace dw {
namespace {

constexpr size_t file_bytes_max = 1 << 20;
constexpr const char* system_settings = "/etc/deskwire/deskwire.toml";
constexpr const char* system_environment = "/etc/deskwire/environment";

/// Names that this process has from a file alone. Written before there is a second thread.
std::set<std::string>& adopted() {
  static std::set<std::string> names;
  return names;
}

bool is_name(std::string_view text) {
  constexpr std::string_view notices = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  return !text.empty() && notices.find(text[0]) != std::string_view::npos &&
         text.find_first_not_of(std::string(notices) + "0123456789") == std::string_view::npos;
}

struct Variables {
  std::map<std::string, std::string> values{};
  std::vector<std::string> problems{};
};

/// A variable that is already there stays.
void add_lines(const std::string& file, std::string_view text, Variables& out) {
  const EnvironmentLines read = read_environment(text);
  for (const auto& [name, value] : read.variables) out.values.emplace(name, value);
  for (const auto& [line, what] : read.problems) {
    out.problems.push_back(fmt::format("{}:{}: {}", file, line, what));
  }
}

Result<Variables> variables_beside(const std::string& settings_file) {
  Variables out;
  if (settings_file.empty()) return out;
  const std::string own = environment_file_of(settings_file);
  if (::access(own.c_str(), F_OK) == 0) {
    const Result<std::string> text = read_whole(own, file_bytes_max);
    if (!text.ok()) return text.error();
    add_lines(own, *text, out);
  }
  if (settings_file != system_settings) return out;
  // Who may not read it may not read the configuration either, and was told so.
  const Result<std::string> text = read_whole(system_environment, file_bytes_max);
  if (text.ok()) add_lines(system_environment, *text, out);
  return out;
}

}  // namespace

EnvironmentLines read_environment(std::string_view text) {
  EnvironmentLines out;
  std::map<std::string, int, std::less<>> seen;
  int number = 0;
  for (const std::string_view each : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(each);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    // Anything of the line may be a part of a secret: nothing of it is shown but a good name.
    const auto complain = [&](std::string what) {
      out.problems.push_back({number, std::move(what)});
    };
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      complain("there is no \"=\": write NAME=value on one line, or # before a comment");
      continue;
    }
    std::string_view name = trim(line.substr(0, equals));
    if (name.starts_with("export ")) name = trim(name.substr(7));
    if (!is_name(name)) {
      complain(
          "what stands before the \"=\" is no name of a variable (letters, digits and _, and "
          "no digit first)");
      continue;
    }
    std::string_view value = trim(line.substr(equals + 1));
    const bool has_quote = !value.empty() && (value.front() == '"' || value.front() == '\'');
    if (has_quote && value.size() > 1 && value.front() == value.back()) {
      value = value.substr(1, value.size() - 2);
    } else if (has_quote) {
      complain(
          fmt::format("the value of {} begins with a quote and does not end with it: close the "
                      "quote at the end of the line, without a comment behind it",
                      name));
    }
    const auto [before, is_first] = seen.emplace(name, number);
    if (!is_first) {
      complain(
          fmt::format("{} is set in line {} too, which counts: remove one", name, before->second));
    }
    out.variables.emplace_back(name, value);
  }
  return out;
}

std::string environment_file_of(const std::string& settings_file) {
  if (settings_file.empty()) return {};
  const size_t slash = settings_file.rfind('/');
  return (slash == std::string::npos ? "" : settings_file.substr(0, slash + 1)) + "deskwire.env";
}

Result<std::vector<std::string>> adopt_environment(const std::string& settings_file) {
  DW_TRY(Variables found, variables_beside(settings_file));
  for (const auto& [name, value] : found.values) {
    if (std::getenv(name.c_str()) != nullptr) continue;
    ::setenv(name.c_str(), value.c_str(), 0);
    adopted().insert(name);
  }
  return std::move(found.problems);
}

std::vector<std::string> environment_problems(const std::string& settings_file) {
  Result<Variables> found = variables_beside(settings_file);
  if (!found.ok()) return {found.error().text()};
  return std::move(found->problems);
}

Environment settings_environment(const std::string& settings_file) {
  Result<Variables> found = variables_beside(settings_file);
  Environment own = process_environment();
  if (!found.ok()) return own;
  return [own = std::move(own),
          files = std::move(found->values)](const std::string& name) -> std::optional<std::string> {
    std::optional<std::string> value = own(name);
    if (value && adopted().count(name) == 0) return value;
    const auto from_file = files.find(name);
    if (from_file == files.end()) return std::nullopt;
    return from_file->second;
  };
}

}  // namespace dw
