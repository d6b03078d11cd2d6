#include "base/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace dw {
namespace {

using Unit = std::pair<std::string_view, int64_t>;
constexpr std::array<Unit, 6> time_units = {{{"w", 604'800'000},
                                             {"d", 86'400'000},
                                             {"h", 3'600'000},
                                             {"m", 60'000},
                                             {"s", 1000},
                                             {"ms", 1}}};
constexpr std::array<Unit, 4> size_units = {
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};
constexpr int64_t milliseconds_max = 10LL * 366 * 86'400'000;
constexpr int64_t bytes_max = 1LL << 42;

template <size_t N>
Result<int64_t> parse_units(std::string_view text, const std::array<Unit, N>& units, int64_t max,
                            std::string_view sample) {
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  if (failed == std::errc{} && number >= 0) {
    for (const auto& [name, size] : units) {
      if (unit == name && number <= max / size) return number * size;
    }
  }
  return Error{ErrorKind::invalid, "", fmt::format("invalid value \"{}\" ({})", text, sample)};
}

template <size_t N>
std::string format_units(int64_t value, const std::array<Unit, N>& units) {
  if (value == 0) return fmt::format("0{}", units[N - 2].first);
  for (const auto& [name, size] : units) {
    if (name != "w" && value % size == 0) return fmt::format("{}{}", value / size, name);
  }
  return fmt::format("{}", value);
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  DW_TRY(const int64_t value,
         parse_units(text, time_units, milliseconds_max,
                     "a duration such as \"500ms\", \"30s\", \"15m\", \"7d\""));
  return std::chrono::milliseconds(value);
}

std::string format_duration(std::chrono::milliseconds value) {
  return format_units(value.count(), time_units);
}

Result<uint64_t> parse_size(std::string_view text) {
  DW_TRY(const int64_t value,
         parse_units(text, size_units, bytes_max, "a size such as \"64KiB\" or \"1MiB\""));
  return static_cast<uint64_t>(value);
}

std::string format_size(uint64_t bytes) {
  return format_units(static_cast<int64_t>(bytes), size_units);
}

}  // namespace dw
