#include "web/usual.h"

#include <algorithm>
#include <cmath>

#include "domain/day.h"

namespace dw {
namespace {

constexpr int weeks = 8, weeks_nearby = 4, days_a_week = 7;
constexpr size_t same_weekday_min = 4, values_min = 3;
constexpr Millis one_day{86'400'000};

/// 0 is Monday. By the middle of the day, so that a clock change moves nothing.
int weekday_of(TimePoint midnight) {
  const auto noon = midnight.time_since_epoch() + one_day / 2;
  const auto days = std::chrono::floor<std::chrono::duration<int64_t, std::ratio<86'400>>>(noon);
  return static_cast<int>((days.count() + 3) % days_a_week);
}

bool is_weekend(int weekday) {
  return weekday >= 5;
}

}  // namespace

std::vector<PastDay> days_like_today(TimePoint now, const std::string& timezone, TimePoint first) {
  std::vector<PastDay> out;
  const auto add = [&](int ago) {
    const TimePoint midnight = day_start(now, timezone, ago);
    if (midnight >= first) out.push_back({midnight, ago});
  };
  for (int week = 1; week <= weeks; ++week) add(week * days_a_week);
  if (out.size() >= same_weekday_min) return out;
  const int today = weekday_of(day_start(now, timezone));
  for (int ago = 1; ago < weeks_nearby * days_a_week; ++ago) {
    const int weekday = ((today - ago) % days_a_week + days_a_week) % days_a_week;
    if (ago % days_a_week != 0 && is_weekend(weekday) == is_weekend(today)) add(ago);
  }
  return out;
}

int days_known(TimePoint now, const std::string& timezone, TimePoint first) {
  const auto known = day_start(now, timezone) - first;
  return static_cast<int>(std::clamp<int64_t>(known / one_day, 0, weeks * days_a_week));
}

std::optional<Range> range_of(std::vector<double> values) {
  if (values.size() < values_min) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return Range{at(0.1), at(0.9)};
}

std::optional<double> value_at(const DayCurve& curve, double hours) {
  const double place = std::clamp(hours, 0.0, static_cast<double>(curve_points - 1));
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, curve_points - 1);
  if (curve.size() < curve_points || !curve[below]) return std::nullopt;
  if (!curve[above]) return curve[below];
  return *curve[below] + (place - static_cast<double>(below)) * (*curve[above] - *curve[below]);
}

}  // namespace dw
