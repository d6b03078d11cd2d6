// The only way to a person's terminal: whatever stands in it, and whoever wrote it, no control
// character gets there. tools/tidy.py keeps other ways out of src/app.
#pragma once
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace dw {

/// `text` without control characters but line ends and tabs. `is_progress`: it begins with "\r", so
/// that it takes the place of the line before.
void print_text(std::FILE* file, std::string_view text, bool is_progress);
/// One line of JSON on stdout.
void print_json(const json::value& value);

template <class... Args>
void print(std::FILE* file, fmt::format_string<Args...> format, Args&&... arguments) {
  const fmt::string_view written = format;
  const bool is_progress = written.size() > 0 && written.data()[0] == '\r';
  print_text(file, fmt::format(format, std::forward<Args>(arguments)...), is_progress);
}
template <class... Args>
void print(fmt::format_string<Args...> format, Args&&... arguments) {
  dw::print(stdout, format, std::forward<Args>(arguments)...);
}

}  // namespace dw
