// What count an hour is expected to have, and how far it may stray: a seasonal level with pooled
// hours and over-dispersion, learnt hour by hour from the past alone.
//
// The mathematics are in docs/volume.md. In short: the mean is season × level. Each season slot
// (hour of the week) is a discounted Gamma-Poisson estimate that borrows from its parent (the same
// hour of any day, times a factor of the weekday), which borrows from the overall mean; the level
// is a faster one of the same kind. How much a slot borrows is learnt as well. What is not yet
// known about all of them widens the negative binomial that judges the hour, so that a young
// history is cautious instead of wrong.
#pragma once
#include <array>

#include "jobs/volume/dispersion.h"
#include "jobs/volume/negative_binomial.h"
#include "jobs/volume/roughness.h"
#include "jobs/volume/season.h"

namespace dw {

/// What the expectation rests on, from nothing to all.
enum class BaselineSource { none, overall, hour_of_day, hour_of_week, holiday };
/// "hour of week"
std::string_view name_of(BaselineSource basis);

/// An estimated mean and how far it may be off.
struct MeanEstimate {
  double mean = 0;
  MeanError error{};
};

struct Expected {
  CountDistribution law;
  BaselineSource basis = BaselineSource::none;
  SeasonSlot slot;
  double level = 1, level_unknown = 0;  ///< law.mean is season.mean × level
  double moved_unknown = 0;             ///< a level that moved, taken for a weekday's factor
  MeanEstimate season{};
  MeanEstimate parent{};         ///< what the season would be without the hour's own past
  MeanEstimate day{}, factor{};  ///< of the hour of day, and of the weekday: their product
  double dispersion = 0;         ///< of all hours, without caution
};

class Baseline {
 public:
  /// An hour's weight halves every quarter of `history`; the level's every three days.
  Baseline(Season season, Millis history);

  Expected expect(TimePoint hour);
  /// Takes a count in. `weight` below 1 for hours that are out of line; `count` is what they are
  /// cut to.
  void learn(TimePoint hour, const Expected& expected, double count, double weight);
  /// The level was `ratio` times this for long enough: it is the normal now.
  void adopt_level(TimePoint hour, double ratio);
  Season& season() { return season_; }

 private:
  /// Discounted sums of what was counted, free of any belief about dispersion.
  struct Sums {
    double events = 0, exposure = 0;  // of counts, and of what one unit of the mean would bring
    double squares = 0, squares_over = 0;  // weights and exposures squared: Poisson, dispersion
    double seen = 0;
    int64_t at = 0;  // hours since 1970

    void fade(int64_t hour, double half_life);
    void add(double count, double over, double weight);
    /// What a slot has counted, as one hour of its parent; `of_other` is the other parent's share.
    void gather(const Sums& slot, double of_other, double trust);
  };
  /// Relative variance of children around their parent: what is known of it, and what is only
  /// assumed so that a child can show that it differs.
  struct Strays {
    double known = 0, assumed = 0;
  };
  static MeanEstimate estimate(const Sums& sums, const Strays& strays, const MeanEstimate& parent,
                               double dispersion);
  void refit(int64_t hour, const MeanEstimate& overall, double dispersion);
  void find_season(int64_t hour, Expected& out);
  void find_level(int64_t hour, Expected& out);
  Strays strays_of(const Sums& slot, const Expected& out) const;
  double stray_of(int weekday, int64_t hour, const MeanEstimate& overall, const Expected& now);
  void learn_level(int64_t hour, const Expected& expected, double count, double weight);
  void learn_season(int64_t hour, const Expected& expected, double count, double weight);
  void learn_spread(int64_t hour, const Expected& expected, double count, double weight);
  static Roughness::Hour rough_hour(const Expected& expected);

  Season season_;
  double half_life_;
  double seen_once_;        // what is left of one observation after a week
  double first_count_ = 1;  // what the overall mean is believed to be near
  int64_t hours_ = 0;       // that were learnt
  Sums overall_;
  std::array<Sums, 24> days_{};
  std::array<Sums, 7> weekdays_{};
  std::array<Sums, season_slots> slots_{};
  Sums level_;
  std::array<double, 7> strays_{};  // of a weekday's hours around their parents: relative variance
  int weekday_now_ = -1;
  // Around what was expected, and around the parent alone: the second holds the variance of hours
  // of the week around their parents, too.
  DispersionEstimate spread_, parent_spread_;
  int64_t spread_at_ = 0;
  Roughness roughness_;
};

}  // namespace dw
