#include "domain/day.h"

#include <date/tz.h>

#include "base/number.h"
#include "domain/schedule.h"

namespace dw {
namespace {

constexpr int days_max = 36'500;

const date::time_zone* zone_named(const std::string& timezone) {
  return is_timezone(timezone) ? date::locate_zone(timezone) : nullptr;
}

TimePoint midnight(date::local_days day, const std::string& timezone) {
  const date::time_zone* zone = zone_named(timezone);
  if (zone == nullptr) {
    return TimePoint(std::chrono::duration_cast<Millis>(day.time_since_epoch()));
  }
  const auto found = zone->to_sys(day, date::choose::earliest);
  return TimePoint(std::chrono::duration_cast<Millis>(found.time_since_epoch()));
}

}  // namespace

TimePoint day_start(TimePoint at, const std::string& timezone, int days_before) {
  const date::sys_time<Millis> utc(at.time_since_epoch());
  const date::time_zone* zone = zone_named(timezone);
  const auto local =
      zone == nullptr ? date::local_time<Millis>(utc.time_since_epoch()) : zone->to_local(utc);
  return midnight(date::floor<date::days>(local) - date::days(days_before), timezone);
}

std::optional<TimePoint> time_named(std::string_view text, TimePoint now,
                                    const std::string& timezone) {
  if (text == "today") return day_start(now, timezone);
  const bool is_days = text.ends_with('d');
  const int days = is_days ? number_in<int>(text.substr(0, text.size() - 1)).value_or(0) : 0;
  if (days >= 1 && days <= days_max) return day_start(now, timezone, days - 1);
  const auto at = from_rfc3339(text);
  constexpr size_t day_characters = 10;
  if (!at || text.size() != day_characters) return at;
  return midnight(date::local_days(std::chrono::duration_cast<date::days>(at->time_since_epoch())),
                  timezone);
}

}  // namespace dw
