// Events of an iCalendar file (RFC 5545) as local days. libical reads properties, rules and time
// zones; lines are counted here, for it does not say where something is wrong.
#pragma once
#include <string>
#include <string_view>

#include "jobs/volume/holidays.h"

namespace dw {

/// As read_holidays(), for a text that begins with BEGIN:VCALENDAR.
Result<Holidays> read_calendar(std::string_view text, const std::string& timezone);

}  // namespace dw
