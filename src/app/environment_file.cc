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

using Variables = std::map<std::string, std::string>;

/// A variable that is already there stays.
void add_lines(std::string_view text, Variables& out) {
  for (const auto& [name, value] : environment_lines(text)) out.emplace(name, value);
}

Result<Variables> variables_beside(const std::string& settings_file) {
  Variables out;
  if (settings_file.empty()) return out;
  const std::string own = environment_file_of(settings_file);
  if (::access(own.c_str(), F_OK) == 0) {
    const Result<std::string> text = read_whole(own, file_bytes_max);
    if (!text.ok()) return text.error();
    add_lines(*text, out);
  }
  if (settings_file != system_settings) return out;
  // Who may not read it may not read the configuration either, and was told so.
  const Result<std::string> text = read_whole(system_environment, file_bytes_max);
  if (text.ok()) add_lines(*text, out);
  return out;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> environment_lines(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string_view each : split(text, '\n')) {
    const std::string_view line = trim(each);
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view name = trim(line.substr(0, equals));
    if (name.starts_with("export ")) name = trim(name.substr(7));
    if (!is_name(name)) continue;
    std::string_view value = trim(line.substr(equals + 1));
    const bool is_quoted = value.size() > 1 && value.front() == value.back() &&
                           (value.front() == '"' || value.front() == '\'');
    if (is_quoted) value = value.substr(1, value.size() - 2);
    out.emplace_back(name, value);
  }
  return out;
}

std::string environment_file_of(const std::string& settings_file) {
  if (settings_file.empty()) return {};
  const size_t slash = settings_file.rfind('/');
  return (slash == std::string::npos ? "" : settings_file.substr(0, slash + 1)) + "deskwire.env";
}

Result<void> adopt_environment(const std::string& settings_file) {
  DW_TRY(const Variables found, variables_beside(settings_file));
  for (const auto& [name, value] : found) {
    if (std::getenv(name.c_str()) != nullptr) continue;
    ::setenv(name.c_str(), value.c_str(), 0);
    adopted().insert(name);
  }
  return {};
}

Environment settings_environment(const std::string& settings_file) {
  const Result<Variables> found = variables_beside(settings_file);
  Environment own = process_environment();
  if (!found.ok()) return own;
  return [own = std::move(own),
          files = *found](const std::string& name) -> std::optional<std::string> {
    std::optional<std::string> value = own(name);
    if (value && adopted().count(name) == 0) return value;
    const auto from_file = files.find(name);
    if (from_file == files.end()) return std::nullopt;
    return from_file->second;
  };
}

}  // namespace dw
