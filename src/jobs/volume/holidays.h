// Days off out of calendars as calendars write them (RFC 5545, read with libical), and out of lists
// of dates. Pure: text in, local days out.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dw {

struct Holidays {
  std::vector<int64_t> days;        ///< local days since 1970-01-01, ascending, none twice
  std::vector<std::string> unused;  ///< "line 12: …": what could not be used of a calendar
};

/// Days out of an iCalendar file, or out of dates that white space, commas or lines part.
///
/// A calendar's events count with RRULE, RDATE, EXDATE, RECURRENCE-ID, DTEND or DURATION, up to the
/// year 2100; cancelled ones do not. An event with times covers the local days of `timezone` that
/// it touches.
/// errors  invalid: a word that is no date; a calendar without a single event that can be used
Result<Holidays> read_holidays(std::string_view text, const std::string& timezone);

}  // namespace dw
