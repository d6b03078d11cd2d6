// The English names of months and weekdays, and the date of HTTP and mail that is written with
// them.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace dw {

constexpr std::array<std::string_view, 12> month_names = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
/// As std::chrono::weekday::c_encoding() counts them.
constexpr std::array<std::string_view, 7> weekday_names = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/// "Sep", "Wed".
constexpr std::string_view short_name(std::string_view name) {
  return name.substr(0, 3);
}
constexpr std::string_view short_name(std::chrono::month month) {
  return short_name(month_names.at(static_cast<unsigned>(month) - 1));
}
constexpr std::string_view short_name(std::chrono::weekday day) {
  return short_name(weekday_names.at(day.c_encoding()));
}

/// "Sat, 21 Nov 2026 01:02:03", in UTC; `zone` is written behind it (RFC 5322 section 3.3, RFC 9110
/// section 5.6.7).
std::string rfc_date(TimePoint at, std::string_view zone);

}  // namespace dw
