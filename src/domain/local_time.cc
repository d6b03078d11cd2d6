#include "domain/local_time.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>

#include "domain/period.h"
#include "domain/schedule.h"

namespace dw {
namespace {

constexpr int64_t hour_seconds = 3600, day_seconds = 86'400;

int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

struct LocalTime::Zone {
  const date::time_zone* zone = nullptr;
  int64_t from = 1, until = 0, offset = 0;  // seconds; the span in which the offset holds

  int64_t local_seconds(TimePoint when) {
    const int64_t seconds = floor_div(when.time_since_epoch().count(), 1000);
    if (zone == nullptr) return seconds;
    if (seconds < from || seconds >= until) {
      const auto known = zone->get_info(date::sys_seconds(std::chrono::seconds(seconds)));
      from = known.begin.time_since_epoch().count();
      until = known.end.time_since_epoch().count();
      offset = known.offset.count();
    }
    return seconds + offset;
  }
};

LocalTime::LocalTime(const std::string& zone_name) : zone_(std::make_unique<Zone>()) {
  const bool is_zone = zone_name != "UTC" && !zone_name.empty() && is_timezone(zone_name);
  if (is_zone) zone_->zone = date::locate_zone(zone_name);
}
LocalTime::~LocalTime() = default;
LocalTime::LocalTime(LocalTime&&) noexcept = default;
LocalTime& LocalTime::operator=(LocalTime&&) noexcept = default;

LocalHour LocalTime::at(TimePoint when) {
  const int64_t local = zone_->local_seconds(when);
  LocalHour out;
  out.day = floor_div(local, day_seconds);
  const int64_t within = local - out.day * day_seconds;
  out.hour = static_cast<int>(within / hour_seconds);
  out.minute = static_cast<int>(within % hour_seconds / 60);
  // 1970-01-01 was a Thursday.
  out.weekday = static_cast<int>(((out.day + 3) % 7 + 7) % 7);
  return out;
}

int LocalTime::find_hour(TimePoint when) {
  const int hour = at(when).hour;
  constexpr int64_t far = 1LL << 40;  // some zones never change again
  holds_until_ = zone_->zone == nullptr
                     ? TimePoint::max()
                     : TimePoint(std::chrono::seconds(std::min(zone_->until, far)));
  return hour;
}

std::string LocalTime::text(TimePoint when) {
  const LocalHour local = at(when);
  return fmt::format("{} {:02}:{:02}", day_text(local.day), local.hour, local.minute);
}

}  // namespace dw
