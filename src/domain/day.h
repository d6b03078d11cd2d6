// Days and spans as people of one time zone mean them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace dw {

/// Midnight in `timezone` (an IANA name; UTC if it is unknown), `days_before` days before the day
/// that `at` falls on. Where a clock change skips midnight: the first instant of that day.
TimePoint day_start(TimePoint at, const std::string& timezone, int days_before = 0);

/// A time as a person gives it: RFC 3339, a day of the zone ("2026-11-21"), "today", or "7d" for
/// the last seven days with today among them.
std::optional<TimePoint> time_named(std::string_view text, TimePoint now,
                                    const std::string& timezone);

}  // namespace dw
