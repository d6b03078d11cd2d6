// Helpdesk counts out of a known law with a fixed seed: for the tests and the benches, which know
// from it what a judge should have said. Nothing of the program includes it.
#pragma once
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "jobs/volume/replay.h"

namespace dw {

struct Simulated {
  std::vector<HourCount> hours;
  std::vector<double> means;  ///< the true ones
};

struct Helpdesk {
  double mean = 10;        ///< tickets an hour, over the whole week
  double dispersion = 0;   ///< variance = m + dispersion·m²
  bool has_season = true;  ///< office hours in `timezone`, quiet nights and weekends
  double drift = 0;        ///< standard deviation of the level's daily step (a random walk)
  std::string timezone = "UTC";
  TimePoint from{std::chrono::sys_days(std::chrono::year(2024) / 1 / 1)};
};

/// Relative height of an hour of the week; its mean over the week is 1.
inline double office_shape(const LocalHour& local) {
  static constexpr double day[24] = {0.15, 0.1, 0.1, 0.1, 0.15, 0.3, 0.7, 1.3, 2.2, 2.6, 2.5, 2.3,
                                     1.9,  2.1, 2.3, 2.2, 1.9,  1.5, 1.0, 0.7, 0.5, 0.4, 0.3, 0.2};
  static constexpr double week[7] = {1.35, 1.2, 1.15, 1.1, 1.05, 0.45, 0.35};
  const double sum_day = 27.5, sum_week = 6.65;
  return day[local.hour] / sum_day * 24 * week[local.weekday] / sum_week * 7;
}

inline int64_t draw_count(double mean, double dispersion, std::mt19937_64& random) {
  if (mean <= 0) return 0;
  double rate = mean;
  if (dispersion > 0) {
    rate = std::gamma_distribution<double>(1 / dispersion, dispersion * mean)(random);
  }
  return std::poisson_distribution<int64_t>(std::max(rate, 1e-12))(random);
}

inline Simulated simulate(const Helpdesk& desk, int64_t hours, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> step(0, 1);
  LocalTime local(desk.timezone);
  Simulated out;
  double level = 1;
  for (int64_t i = 0; i < hours; ++i) {
    const TimePoint hour = desk.from + i * one_hour;
    if (i % 24 == 0 && desk.drift > 0) {
      // Drawn back to 1, as a helpdesk's level is: a free walk would reach any size.
      level *= std::exp(desk.drift * step(random) - 0.02 * std::log(level));
    }
    const double shape = desk.has_season ? office_shape(local.at(hour)) : 1;
    out.means.push_back(desk.mean * shape * level);
    out.hours.push_back({hour, draw_count(out.means.back(), desk.dispersion, random)});
  }
  return out;
}

/// The rate at which a judge who knows the law would raise false alarms: counts are whole, so it
/// is at most `sensitivity`, and less where the counts are small.
inline double known_law_rate(const Simulated& world, double dispersion, double sensitivity,
                             size_t from) {
  double sum = 0;
  for (size_t i = from; i < world.means.size(); ++i) {
    const CountDistribution law{world.means[i], dispersion};
    sum += upper_tail(law, upper_limit(law, sensitivity));
  }
  return sum / static_cast<double>(world.means.size() - from);
}

}  // namespace dw
