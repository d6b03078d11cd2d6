#include "jobs/volume/thresholds.h"

#include <algorithm>
#include <cmath>

namespace dw {
namespace {

/// Each false alarm divides, each real alert multiplies; the bounds hold for their product.
constexpr double false_alarm_factor = 0.5, real_factor = 1.5;
constexpr double factor_min = 1.0 / 32, factor_max = 4;
constexpr size_t days = 3, quarters = 4;

void add(KindThreshold& kind, bool is_real) {
  ++(is_real ? kind.real : kind.false_alarms);
}

}  // namespace

std::vector<AlertFeedback> feedback_of(const std::vector<VolumeAlert>& alerts) {
  std::vector<AlertFeedback> out;
  for (const VolumeAlert& one : alerts) {
    if (one.feedback.empty()) continue;
    out.push_back({one.kind, one.peak, one.to, one.feedback == "real"});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.to < b.to; });
  return out;
}

size_t HourKind::index() const {
  const size_t kind = alert == AlertKind::spike ? 0 : 1;
  return (kind * days + static_cast<size_t>(day)) * quarters + static_cast<size_t>(quarter);
}

HourKind HourKind::at(size_t index) {
  return {.alert = index < days * quarters ? AlertKind::spike : AlertKind::drop,
          .day = static_cast<Day>(index / quarters % days),
          .quarter = static_cast<int>(index % quarters)};
}

HourKind HourKind::of(AlertKind alert, const SeasonSlot& slot) {
  const bool is_weekend = slot.slot >= 5 * 24;
  return {.alert = alert,
          .day = slot.is_holiday ? Day::holiday
                 : is_weekend    ? Day::weekend
                                 : Day::weekday,
          .quarter = slot.hour_of_day / 6};
}

std::string_view name_of(HourKind::Day day) {
  switch (day) {
    case HourKind::Day::weekday:
      return "weekday";
    case HourKind::Day::weekend:
      return "weekend";
    case HourKind::Day::holiday:
      return "holiday";
  }
  return "weekday";
}

double KindThreshold::factor() const {
  return std::clamp(std::pow(false_alarm_factor, false_alarms) * std::pow(real_factor, real),
                    factor_min, factor_max);
}

FeedbackThresholds::FeedbackThresholds(std::vector<AlertFeedback> said, Season& season)
    : said_(std::move(said)), season_(season) {}

double FeedbackThresholds::factor(TimePoint hour, AlertKind alert, const SeasonSlot& slot) {
  for (; next_ < said_.size() && said_[next_].to < hour; ++next_) {
    const AlertFeedback& one = said_[next_];
    add(kinds_[HourKind::of(one.kind, season_.of(one.peak)).index()], one.is_real);
  }
  return kinds_[HourKind::of(alert, slot).index()].factor();
}

std::vector<MovedThreshold> FeedbackThresholds::moved(const std::vector<AlertFeedback>& said,
                                                      Season& season) {
  std::array<KindThreshold, HourKind::count> kinds{};
  for (const AlertFeedback& one : said) {
    add(kinds[HourKind::of(one.kind, season.of(one.peak)).index()], one.is_real);
  }
  std::vector<MovedThreshold> out;
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i].real + kinds[i].false_alarms > 0) out.push_back({HourKind::at(i), kinds[i]});
  }
  return out;
}

}  // namespace dw
