#include "config/env.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace dw {
namespace {

constexpr off_t secret_bytes_max = 64 << 10;

bool is_variable_name(std::string_view name) {
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view all =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  return !name.empty() && digits.find(name[0]) == std::string_view::npos &&
         name.find_first_not_of(all) == std::string_view::npos;
}

Error wrong(std::string what) {
  return {ErrorKind::invalid, "", std::move(what)};
}

/// What stands for "${inside}".
Result<std::string> value_of(std::string_view inside, const Environment& environment) {
  const size_t dash = inside.find(":-");
  const std::string name(inside.substr(0, dash));
  // What is no name may be a part of a secret, so it is not repeated.
  if (!is_variable_name(name)) {
    return wrong(
        "invalid variable name between ${ and } (letters, digits, '_'; write $${ for "
        "a plain ${)");
  }
  std::optional<std::string> value = environment(name);
  if (value && !is_utf8(*value)) {
    return wrong(fmt::format("the environment variable {} is not UTF-8", name));
  }
  const bool has_default = dash != std::string_view::npos;
  if (value && !(value->empty() && has_default)) return std::move(*value);
  if (has_default) return std::string(inside.substr(dash + 2));
  return wrong(fmt::format(
      "the environment variable {0} is not set (set it, or write ${{{0}:-default}})", name));
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return without_last_newlines(value);
  };
}

std::string without_last_newlines(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> expand(std::string_view text, const Environment& environment) {
  std::string out;
  while (true) {
    const size_t at = text.find("${");
    if (at == std::string_view::npos) break;
    if (at > 0 && text[at - 1] == '$') {
      out += text.substr(0, at - 1);
      out += "${";
      text.remove_prefix(at + 2);
      continue;
    }
    const size_t end = text.find('}', at);
    if (end == std::string_view::npos) return wrong("${ without } (write $${ for a plain ${)");
    out += text.substr(0, at);
    DW_TRY(const std::string value, value_of(text.substr(at + 2, end - at - 2), environment));
    out += value;
    text.remove_prefix(end + 1);
  }
  return out += text;
}

Result<std::string> read_secret_file(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    return wrong(fmt::format("{} can't be read: {}", path, std::strerror(errno)));
  }
  // A pipe or a device could hang the start, or never end.
  if (!S_ISREG(found.st_mode)) return wrong(path + " is not a regular file");
  if (found.st_size > secret_bytes_max) return wrong(path + " is too large for a secret (64 KiB)");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return wrong(fmt::format("{} can't be read: {}", path, std::strerror(errno)));
  }
  return without_last_newlines(std::move(text));
}

}  // namespace dw
