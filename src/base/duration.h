// "15m" and "64KiB" to and from values, as the configuration writes them.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dw {

/// "500ms", "30s", "15m", "36h", "7d", "26w"; whole numbers, one unit, at most ten years.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The largest unit that divides it: 90 s is "90s", 120 s is "2m".
std::string format_duration(std::chrono::milliseconds value);

/// "512B", "64KiB", "1MiB", "2GiB": a count of bytes.
Result<uint64_t> parse_size(std::string_view text);
std::string format_size(uint64_t bytes);

}  // namespace dw
