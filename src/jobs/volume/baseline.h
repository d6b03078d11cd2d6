// What count an hour is expected to have, and how far it may stray: a seasonal level with pooled
// hours and over-dispersion, learnt hour by hour from the past alone.
//
// The mathematics are in docs/volume.md. In short: the mean is season × level. Each season slot
// (hour of the week) is a discounted Gamma-Poisson estimate that borrows from its parent (the same
// hour of any day), which borrows from the overall mean; the level is a faster one of the same
// kind. What is not yet known about all three widens the negative binomial that judges the hour,
// so that a young history is cautious instead of wrong.
#pragma once
#include <array>

#include "jobs/volume/negative_binomial.h"
#include "jobs/volume/season.h"

namespace dw {

/// What the expectation rests on, from nothing to all.
enum class BaselineSource { none, overall, hour_of_day, hour_of_week, holiday };
/// "hour of week"
std::string_view name_of(BaselineSource basis);

struct Expected {
  CountDistribution law;
  BaselineSource basis = BaselineSource::none;
  SeasonSlot slot;
  double season = 0, level = 1;  ///< law.mean is their product
  double season_unknown = 0;     ///< relative variance of the season alone
};

class Baseline {
 public:
  /// An hour's weight halves every quarter of `history`; the level's every five days.
  Baseline(Season season, Millis history);

  Expected expect(TimePoint hour);
  /// Takes a count in. `weight` below 1 for hours that are out of line; `count` is what they are
  /// cut to.
  void learn(TimePoint hour, const Expected& expected, double count, double weight);
  /// The level was `ratio` times this for long enough: it is the normal now.
  void adopt_level(TimePoint hour, double ratio);
  Season& season() { return season_; }

 private:
  struct Sums {
    double events = 0, exposure = 0, squares = 0, seen = 0;
    int64_t at = 0;  // hours since 1970

    void fade(int64_t hour, double half_life);
    void add(double count, double over, double information, double weight);
  };
  struct Estimate {
    double mean = 0, unknown = 0;
  };
  static Estimate estimate(const Sums& sums, double pseudo, const Estimate& parent);
  Estimate season_of(const SeasonSlot& slot, int64_t hour, BaselineSource& basis);
  double dispersion(int64_t hour);

  Season season_;
  double half_life_;
  double first_count_ = 1;  // what the overall mean is believed to be near
  Sums overall_;
  std::array<Sums, 24> days_{};
  std::array<Sums, season_slots> slots_{};
  Sums level_;
  Sums spread_;  // events: weighted excess squares; exposure: their weights
};

}  // namespace dw
