// Numbers in text: the one way to read them.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace dw {

/// The whole of `text` as a number. Absent when it is empty, holds anything else (a blank, a plus
/// sign, a unit), or does not fit. `base` is for integers.
template <typename T = int64_t>
std::optional<T> number_in(std::string_view text, int base = 10) {
  T value{};
  const char* last = text.data() + text.size();
  std::from_chars_result read{};
  if constexpr (std::is_floating_point_v<T>) {
    read = std::from_chars(text.data(), last, value);
  } else {
    read = std::from_chars(text.data(), last, value, base);
  }
  if (read.ec != std::errc{} || read.ptr != last) return std::nullopt;
  return value;
}

}  // namespace dw
