// Structured lines on stderr: `key=value` or JSON. `id` is the correlation id that one event
// shares with all that follows from it (e-000123). Secrets have no way in: a field is text or a
// number, and Secret converts to neither.
#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace dw {

enum class LogLevel { trace, debug, info, warn, error };
enum class LogFormat { text, json };

struct LogField {
  std::string_view key;
  std::variant<std::string, int64_t> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  template <std::integral T>
  LogField(std::string_view k, T v) : key(k), value(static_cast<int64_t>(v)) {}
};

using LogFields = std::initializer_list<LogField>;

/// Called once at the start and again on a reload; safe while others log.
void set_log(LogLevel level, LogFormat format);
bool logs(LogLevel level);

void log(LogLevel level, std::string_view area, std::string_view what, LogFields fields = {});
inline void log_debug(std::string_view area, std::string_view what, LogFields fields = {}) {
  if (logs(LogLevel::debug)) log(LogLevel::debug, area, what, fields);
}
inline void log_info(std::string_view area, std::string_view what, LogFields fields = {}) {
  log(LogLevel::info, area, what, fields);
}
inline void log_warn(std::string_view area, std::string_view what, LogFields fields = {}) {
  log(LogLevel::warn, area, what, fields);
}
inline void log_error(std::string_view area, std::string_view what, LogFields fields = {}) {
  log(LogLevel::error, area, what, fields);
}

}  // namespace dw
