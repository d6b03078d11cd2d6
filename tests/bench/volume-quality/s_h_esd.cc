#include "bench/volume-quality/s_h_esd.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace dw {
namespace {

constexpr size_t day = 24, fortnight = 14 * day;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

size_t hour_of_day(TimePoint hour) {
  return static_cast<size_t>(hour.time_since_epoch() / one_hour) % day;
}

/// How far each hour of day lies from the moving mean of a day.
std::vector<double> season_of(std::span<const HourCount> hours) {
  std::vector<std::vector<double>> slots(day);
  for (size_t i = day / 2; i + day / 2 < hours.size(); ++i) {
    double sum = 0;
    for (size_t k = i - day / 2; k < i + day / 2; ++k) sum += static_cast<double>(hours[k].count);
    const auto count = static_cast<double>(hours[i].count);
    slots[hour_of_day(hours[i].hour)].push_back(count - sum / day);
  }
  std::vector<double> out;
  double sum = 0;
  for (const auto& slot : slots) sum += out.emplace_back(median(slot));
  for (double& one : out) one -= sum / day;
  return out;
}

double critical(double left, Sides sides) {
  const double tail = 0.05 / (sides == Sides::both ? 2 * left : left);
  const double t =
      boost::math::quantile(boost::math::complement(boost::math::students_t(left - 2), tail));
  return t * (left - 1) / std::sqrt((left - 2 + t * t) * left);
}

/// The test on one fortnight; what it finds is marked from `first` on.
void mark(std::vector<double> values, size_t first, Sides sides, std::vector<bool>& found) {
  const size_t most = values.size() / 50;
  std::vector<size_t> at(values.size());
  for (size_t i = 0; i < at.size(); ++i) at[i] = first + i;
  std::vector<size_t> taken;
  size_t outliers = 0;
  for (size_t i = 0; i < most; ++i) {
    const double middle = median(values);
    std::vector<double> distances;
    for (const double one : values) distances.push_back(std::abs(one - middle));
    const double spread = 1.4826 * median(distances);
    if (spread <= 0) break;
    size_t largest = 0;
    double distance = 0;
    for (size_t k = 0; k < values.size(); ++k) {
      const double one = sides == Sides::both ? distances[k] : values[k] - middle;
      if (one > distance) largest = k, distance = one;
    }
    taken.push_back(at[largest]);
    const auto left = static_cast<double>(values.size());
    if (distance / spread > critical(left, sides)) outliers = taken.size();
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(largest));
    at.erase(at.begin() + static_cast<std::ptrdiff_t>(largest));
  }
  for (size_t i = 0; i < outliers; ++i) found[taken[i]] = true;
}

}  // namespace

std::vector<bool> s_h_esd(std::span<const HourCount> hours, Sides sides) {
  std::vector<bool> found(hours.size());
  const std::vector<double> season = season_of(hours);
  for (size_t first = 0; first < hours.size(); first += fortnight) {
    const size_t end = std::min(hours.size(), first + fortnight);
    std::vector<double> values;
    for (size_t i = first; i < end; ++i) {
      const auto slot = hour_of_day(hours[i].hour);
      values.push_back(static_cast<double>(hours[i].count) - season[slot]);
    }
    mark(std::move(values), first, sides, found);
  }
  return found;
}

}  // namespace dw
