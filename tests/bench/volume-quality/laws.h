// Laws that a judge may know: a mean, a dispersion and a shape in time.
#pragma once
#include "support/simulated_helpdesk.h"

namespace dw {

enum class TimeShape { flat, season, trend };

struct Law {
  double mean = 0, dispersion = 0;
  TimeShape shape = TimeShape::flat;
};

/// A trend doubles the mean in twelve weeks; seeds begin on all days of the week.
inline Simulated simulate_law(const Law& law, int64_t hours, uint64_t seed) {
  std::mt19937_64 random(seed);
  const TimePoint from = Helpdesk{}.from + static_cast<int64_t>(seed % 7) * 24 * one_hour;
  LocalTime local("UTC");
  Simulated out;
  for (int64_t i = 0; i < hours; ++i) {
    const TimePoint hour = from + i * one_hour;
    double mean = law.mean;
    if (law.shape == TimeShape::season) mean *= office_shape(local.at(hour));
    if (law.shape == TimeShape::trend) mean *= 1 + static_cast<double>(i) / 2016;
    out.means.push_back(mean);
    out.hours.push_back({hour, draw_count(mean, law.dispersion, random)});
  }
  return out;
}

}  // namespace dw
