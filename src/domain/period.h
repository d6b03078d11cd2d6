// Days and calendar periods: a customer hears once in each ISO week (or day, or month), and a
// report writes its dates in a form of its own. A day is a number: days since 1970-01-01.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
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
/// The same behind what `out` has.
void append_day(std::string& out, int64_t day);
/// 1 to 31.
unsigned day_of_month(int32_t day);
/// "21-Nov-2026", whatever the locale.
std::string day_with_month_name(int32_t day);
/// "2026-11-21", strictly.
std::optional<int32_t> day_named(std::string_view text);
/// By a format of %d %m %Y %y %b %B %H %I %M %S %f %p %z and plain characters; day, month and hour
/// may be of one digit. A time of day is read over, and the day is the one that is written,
/// whatever the zone.
std::optional<int32_t> parse_day(std::string_view text, std::string_view format);
/// "2026-11-21", "2026-11-21T08:04:05.123Z", "2026-11-21 08:04 +0100": ISO 8601 as programs write
/// it. The day is the one that is written.
std::optional<int32_t> parse_iso_day(std::string_view text);
/// Formats in which people write days, the most usual first.
std::span<const std::string_view> usual_day_formats();
/// "" or why parse_day() can't use a format.
std::string check_day_format(const std::string& format);

}  // namespace dw
