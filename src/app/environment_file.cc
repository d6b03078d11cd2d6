#include "app/environment_file.h"

#include <cstdlib>

#include "base/text.h"
#include "base/text_file.h"

namespace dw {
namespace {

constexpr size_t file_bytes_max = 1 << 20;

bool is_name(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  return !text.empty() && letters.find(text[0]) != std::string_view::npos &&
         text.find_first_not_of(std::string(letters) + "0123456789") == std::string_view::npos;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> environment_lines(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string_view each : split(text, '\n')) {
    const std::string_view line = trim(each);
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, equals));
    if (!is_name(name)) continue;
    std::string_view value = trim(line.substr(equals + 1));
    const bool is_quoted = value.size() > 1 && value.front() == value.back() &&
                           (value.front() == '"' || value.front() == '\'');
    if (is_quoted) value = value.substr(1, value.size() - 2);
    out.emplace_back(name, value);
  }
  return out;
}

void adopt_environment(const std::string& settings_file) {
  if (settings_file != "/etc/deskwire/deskwire.toml") return;
  const Result<std::string> text = read_whole("/etc/deskwire/environment", file_bytes_max);
  if (!text.ok()) return;
  for (const auto& [name, value] : environment_lines(*text)) {
    ::setenv(name.c_str(), value.c_str(), 0);
  }
}

}  // namespace dw
