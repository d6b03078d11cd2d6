#include "jobs/volume/picture.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/date_names.h"
#include "domain/period.h"

namespace dw {
namespace {

constexpr int64_t day_labels_max = 14, ticks_max = 8;

/// A local hour counts its weekday from Monday.
std::chrono::weekday weekday_of(const LocalHour& at) {
  return std::chrono::weekday(static_cast<unsigned>((at.weekday + 1) % 7));
}

}  // namespace

Chart picture_of(std::span<const ScoredHour> hours, const DetectorConfig& judging,
                 std::string title, std::optional<TimePoint> marked) {
  Chart out;
  out.title = std::move(title);
  out.marked = marked;
  LocalTime local(judging.timezone);
  std::vector<LocalHour> midnights;
  std::vector<TimePoint> midnights_at;
  for (const ScoredHour& one : hours) {
    const Band band = band_of(one, judging);
    out.hours.push_back({one.hour, static_cast<double>(one.count), one.law.mean,
                         static_cast<double>(band.low), static_cast<double>(band.high),
                         one.mark != Verdict::normal});
    const LocalHour at = local.at(one.hour);
    if (at.hour != 0) continue;
    midnights.push_back(at);
    midnights_at.push_back(one.hour);
  }
  const auto days = static_cast<int64_t>(midnights.size());
  const int64_t step = std::max<int64_t>(1, (days + ticks_max - 1) / ticks_max);
  for (int64_t i = 0; i < days; i += step) {
    const LocalHour& at = midnights[static_cast<size_t>(i)];
    const std::string date = day_text(at.day);
    const std::string label = days <= day_labels_max
                                  ? fmt::format("{} {}", short_name(weekday_of(at)), date.substr(8))
                                  : (days > 400 ? date.substr(0, 7) : date.substr(5));
    out.ticks.push_back({midnights_at[static_cast<size_t>(i)], label});
  }
  return out;
}

}  // namespace dw
