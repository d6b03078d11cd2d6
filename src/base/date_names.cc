#include "base/date_names.h"

#include <fmt/format.h>

namespace dw {

std::string rfc_date(TimePoint at, std::string_view zone) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} {}",
                     short_name(std::chrono::weekday(day)), static_cast<unsigned>(date.day()),
                     short_name(date.month()), static_cast<int>(date.year()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), zone);
}

}  // namespace dw
