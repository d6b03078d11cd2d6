// Days and calendar periods: a customer hears once in each ISO week (or day, or month), and a
// report writes its dates in a form of its own. A day is a number: days since 1970-01-01.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace dw {

enum class Every { week, day, month };

/// The day that it is at `at` in an IANA zone; in UTC where the zone is unknown.
int32_t local_day(TimePoint at, const std::string& timezone);
/// "2026-W47", "2026-11-21", "2026-11".
std::string period_of(Every every, int32_t day);
/// "2026-11-21"
std::string day_text(int64_t day);
/// "21-Nov-2026", whatever the locale.
std::string day_with_month_name(int32_t day);
/// "2026-11-21", strictly.
std::optional<int32_t> day_named(std::string_view text);
/// By a format of %d %m %Y %y %b %H %M %S and plain characters; day and month may be of one digit.
/// A time of day is read over.
std::optional<int32_t> parse_day(std::string_view text, std::string_view format);
/// "" or why parse_day() can't use a format.
std::string check_day_format(const std::string& format);

}  // namespace dw
