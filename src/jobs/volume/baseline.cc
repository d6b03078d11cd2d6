#include "jobs/volume/baseline.h"

#include <algorithm>
#include <cmath>

namespace dw {
namespace {

constexpr double level_half_life = 5 * 24;
// Pseudo-counts of the priors: a child's mean strays from its parent's by a relative variance of
// 1 / pseudo. Busy and quiet hours of a day differ tenfold, so a day's prior is the weakest.
constexpr double overall_pseudo = 0.5, day_pseudo = 0.25, week_pseudo = 0.5, holiday_pseudo = 0.5;
constexpr double level_pseudo = 10;
/// The dispersion that is believed before any is seen, and the weight of that belief.
constexpr double dispersion_first = 0.05, dispersion_pseudo = 400;
/// From how many observations (weeks, days) a slot speaks for itself.
constexpr double week_seen_min = 1.5, day_seen_min = 1.5;
constexpr double mean_min = 1e-4;
/// With more relative variance than this a mean is a guess.
constexpr double guess_unknown = 0.3;
/// A holiday comes so seldom that time alone must not make it forgotten.
constexpr double holiday_half_life_factor = 16;

int64_t hours_since_1970(TimePoint hour) {
  return std::chrono::floor<std::chrono::hours>(hour).time_since_epoch().count();
}

}  // namespace

std::string_view name_of(BaselineSource basis) {
  switch (basis) {
    case BaselineSource::none:
      return "nothing";
    case BaselineSource::overall:
      return "overall";
    case BaselineSource::hour_of_day:
      return "hour of day";
    case BaselineSource::hour_of_week:
      return "hour of week";
    case BaselineSource::holiday:
      return "holiday";
  }
  return "nothing";
}

void Baseline::Sums::fade(int64_t hour, double half_life) {
  if (hour <= at) return;
  if (seen > 0) {
    const double factor = std::exp2(-static_cast<double>(hour - at) / half_life);
    events *= factor;
    exposure *= factor;
    seen *= factor;
    squares *= factor * factor;
  }
  at = hour;
}

void Baseline::Sums::add(double count, double over, double information, double weight) {
  events += weight * count * information;
  exposure += weight * over * information;
  squares += weight * weight * count * information;
  seen += weight;
}

Baseline::Baseline(Season season, Millis history)
    : season_(std::move(season)),
      half_life_(std::max(24.0, static_cast<double>(history.count()) / 3.6e6 / 4)) {}

/// Gamma posterior of a mean around its parent's; what the parent does not know is inherited in
/// proportion to how much the child leans on it.
Baseline::Estimate Baseline::estimate(const Sums& sums, double pseudo, const Estimate& parent) {
  const double believed = pseudo + sums.events;
  const double lean = pseudo / believed;
  return {
      .mean = std::max(mean_min, believed / (pseudo / parent.mean + sums.exposure)),
      .unknown = (pseudo + sums.squares) / (believed * believed) + lean * lean * parent.unknown};
}

Baseline::Estimate Baseline::season_of(const SeasonSlot& slot, int64_t hour,
                                       BaselineSource& basis) {
  overall_.fade(hour, half_life_);
  Sums& day = days_[static_cast<size_t>(slot.hour_of_day)];
  day.fade(hour, half_life_);
  const Estimate overall = estimate(overall_, overall_pseudo, {first_count_, 0});
  const Estimate of_day = estimate(day, day_pseudo, overall);
  // A holiday is most like a Sunday until it is known better.
  const int week_slot = slot.is_holiday ? 6 * 24 + slot.hour_of_day : slot.slot;
  Sums& week = slots_[static_cast<size_t>(week_slot)];
  week.fade(hour, half_life_);
  const Estimate of_week = estimate(week, week_pseudo, of_day);
  basis = overall_.seen <= 0           ? BaselineSource::none
          : week.seen >= week_seen_min ? BaselineSource::hour_of_week
          : day.seen >= day_seen_min   ? BaselineSource::hour_of_day
                                       : BaselineSource::overall;
  if (!slot.is_holiday) return of_week;
  Sums& holiday = slots_[static_cast<size_t>(slot.slot)];
  holiday.fade(hour, half_life_ * holiday_half_life_factor);
  if (holiday.seen >= 1) basis = BaselineSource::holiday;
  return estimate(holiday, holiday_pseudo, of_week);
}

double Baseline::dispersion(int64_t hour) {
  spread_.fade(hour, half_life_);
  return std::max(0.0, (spread_.events + dispersion_pseudo * dispersion_first) /
                           (spread_.exposure + dispersion_pseudo));
}

Expected Baseline::expect(TimePoint at) {
  const int64_t hour = hours_since_1970(at);
  Expected out;
  out.slot = season_.of(at);
  const Estimate season = season_of(out.slot, hour, out.basis);
  level_.fade(hour, level_half_life);
  const double believed = level_pseudo + level_.events;
  out.season = season.mean;
  out.season_unknown = season.unknown;
  out.level = believed / (level_pseudo + level_.exposure);
  out.law = {.mean = out.season * out.level,
             .dispersion = dispersion(hour),
             .unknown = season.unknown + (level_pseudo + level_.squares) / (believed * believed)};
  return out;
}

void Baseline::learn(TimePoint at, const Expected& expected, double count, double weight) {
  const int64_t hour = hours_since_1970(at);
  const double mean = expected.law.mean;
  // An over-dispersed count tells less than its size. Where the mean is still a guess, the count
  // itself says more about that size: a first hour would outweigh all later ones otherwise.
  const bool is_guess =
      expected.basis == BaselineSource::none || expected.law.unknown > guess_unknown;
  const double size = is_guess ? std::max(mean, count) : mean;
  const double information = 1 / (1 + expected.law.dispersion * size);
  if (expected.basis == BaselineSource::none) first_count_ = std::max(1.0, count);
  const auto take = [&](Sums& sums) {
    sums.at = std::max(sums.at, hour);
    sums.add(count, expected.level, information, weight);
  };
  take(slots_[static_cast<size_t>(expected.slot.slot)]);
  if (!expected.slot.is_holiday) {
    take(days_[static_cast<size_t>(expected.slot.hour_of_day)]);
    take(overall_);
    // What the season does not know yet must not be taken for a moving level.
    const double level_information =
        1 / (1 + (expected.law.dispersion + expected.season_unknown) * size);
    level_.at = std::max(level_.at, hour);
    level_.add(count, expected.season, level_information, weight);
  }
  const double variance = expected.law.variance();
  // Around a guess the residual tells of the season, not of the dispersion.
  if (is_guess || variance <= 0) return;
  const double excess = (count - mean) * (count - mean) - mean - expected.law.unknown * mean * mean;
  const double square = mean * mean;
  spread_.at = std::max(spread_.at, hour);
  spread_.seen += weight;
  spread_.events += weight * excess * square / (variance * variance);
  spread_.exposure += weight * square * square / (variance * variance);
}

void Baseline::adopt_level(TimePoint at, double ratio) {
  level_.fade(hours_since_1970(at), level_half_life);
  const double level = (level_pseudo + level_.events) / (level_pseudo + level_.exposure);
  // A day's worth of belief is kept: the new level is still to be learnt exactly.
  const double kept = std::exp2(-5.0);
  level_.exposure = (level_.exposure + level_pseudo) * kept;
  level_.squares *= kept * kept;
  level_.events = std::max(0.0, level * ratio * (level_.exposure + level_pseudo) - level_pseudo);
  level_.squares = std::max(level_.squares, level_.events);
}

}  // namespace dw
