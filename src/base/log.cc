#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "base/clock.h"
#include "base/terminal_text.h"

namespace dw {
namespace {

std::atomic<LogLevel> level_now{LogLevel::info};
std::atomic<LogFormat> format_now{LogFormat::text};

spdlog::logger& sink() {
  static const auto logger = [] {
    auto made = spdlog::stderr_logger_mt("deskwire");
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

std::string_view name_of_level(LogLevel level) {
  static constexpr std::array<std::string_view, 5> names = {"trace", "debug", "info", "warn",
                                                            "error"};
  return names.at(static_cast<size_t>(level));
}

/// Whether stderr is the journal's, as systemd.exec(5) says of JOURNAL_STREAM: a child that writes
/// elsewhere inherits the variable too.
bool is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  return stream != nullptr && ::fstat(STDERR_FILENO, &found) == 0 &&
         stream == fmt::format("{}:{}", found.st_dev, found.st_ino);
}

/// sd-daemon(3): the journal takes a line's priority from its front.
std::string_view journal_priority(LogLevel level) {
  static constexpr std::array<std::string_view, 5> priorities = {"<7>", "<7>", "<6>", "<4>", "<3>"};
  return priorities.at(static_cast<size_t>(level));
}

/// Quoted where white space, quotes or control characters would make the line ambiguous: a
/// stranger's text can neither end a line nor forge a field.
void append_value(std::string& out, std::string_view value) {
  const bool is_plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != '"' && c != '=' && c != 0x7F;
  });
  if (is_plain) {
    out += value;
  } else {
    out += boost::json::serialize(boost::json::string_view(value.data(), value.size()));
  }
}

std::string as_text(LogLevel level, std::string_view area, std::string_view what, LogFields fields,
                    bool is_for_journal) {
  // The journal has the time and the level of its own.
  std::string out = is_for_journal ? fmt::format("{}: {}", area, what)
                                   : fmt::format("{} {:<5} {}: {}", to_rfc3339(system_now()),
                                                 name_of_level(level), area, what);
  for (const LogField& field : fields) {
    out += fmt::format(" {}=", field.key);
    if (const auto* number = std::get_if<int64_t>(&field.value)) {
      out += std::to_string(*number);
    } else {
      append_value(out, std::get<std::string>(field.value));
    }
  }
  return out;
}

std::string as_json(LogLevel level, std::string_view area, std::string_view what,
                    LogFields fields) {
  const auto view = [](std::string_view text) {
    return boost::json::string_view(text.data(), text.size());
  };
  boost::json::object line{{"at", to_rfc3339(system_now())},
                           {"level", view(name_of_level(level))},
                           {"area", view(area)},
                           {"what", view(what)}};
  for (const LogField& field : fields) {
    if (const auto* number = std::get_if<int64_t>(&field.value)) {
      line[view(field.key)] = *number;
    } else {
      line[view(field.key)] = std::get<std::string>(field.value);
    }
  }
  return boost::json::serialize(line);
}

}  // namespace

void set_log(LogLevel level, LogFormat format) {
  level_now = level;
  format_now = format;
}

bool logs(LogLevel level) {
  return level >= level_now.load(std::memory_order_relaxed);
}

void log(LogLevel level, std::string_view area, std::string_view what, LogFields fields) {
  if (!logs(level)) return;
  static const bool is_for_journal = is_journal();
  const std::string line = format_now.load() == LogFormat::json
                               ? json_for_terminal(as_json(level, area, what, fields))
                               : for_terminal(as_text(level, area, what, fields, is_for_journal));
  sink().info("{}{}", is_for_journal ? journal_priority(level) : "", line);
}

}  // namespace dw
