#include "bench/volume-quality/rules.h"

#include <cmath>
#include <deque>

#include "bench/volume-quality/s_h_esd.h"
#include "jobs/volume/simple_rule.h"

namespace dw {
namespace {

using Alerts = std::vector<VolumeAlert>;

double normal_tail(double z) {
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}

Alerts poisson_rule(std::span<const HourCount> hours, Sides) {
  LocalTime local("UTC");
  struct Slot {
    double sum = 0, n = 0;
  };
  std::vector<Slot> slots(168);
  std::vector<bool> alarms;
  for (const HourCount& one : hours) {
    Slot& slot = slots[static_cast<size_t>(local.at(one.hour).hour_of_week())];
    const CountDistribution law{slot.n > 0 ? slot.sum / slot.n : 0, 0};
    alarms.push_back(slot.n >= 2 && upper_tail(law, one.count) < 1e-4);
    slot.sum += static_cast<double>(one.count);
    ++slot.n;
  }
  return grouped(hours, alarms);
}

Alerts sigma_rule(std::span<const HourCount> hours, Sides) {
  double n = 0, mean = 0, squares = 0;
  std::vector<bool> alarms;
  for (const HourCount& one : hours) {
    const auto count = static_cast<double>(one.count);
    alarms.push_back(n >= 24 && count > mean + 3 * std::sqrt(squares / n));
    ++n;
    const double step = count - mean;
    mean += step / n;
    squares += step * (count - mean);
  }
  return grouped(hours, alarms);
}

/// The normal tail, at the same sensitivity as ours, under the mean and variance of the last four
/// weeks; as the benchmark of the public series does it, which chooses its threshold afterwards.
Alerts windowed_gaussian(std::span<const HourCount> hours, Sides sides) {
  constexpr size_t window = 4 * 168, least = 24;
  std::deque<double> past;
  double sum = 0, squares = 0;
  std::vector<bool> alarms;
  for (const HourCount& one : hours) {
    const auto count = static_cast<double>(one.count);
    const auto n = static_cast<double>(past.size());
    bool is_alarm = false;
    if (past.size() >= least) {
      const double mean = sum / n;
      const double sigma = std::sqrt(std::max(1e-6, squares / n - mean * mean));
      const double z = (count - mean) / sigma;
      is_alarm = normal_tail(sides == Sides::both ? std::abs(z) : z) < 1e-4;
    }
    alarms.push_back(is_alarm);
    past.push_back(count);
    sum += count;
    squares += count * count;
    if (past.size() > window) {
      sum -= past.front();
      squares -= past.front() * past.front();
      past.pop_front();
    }
  }
  return grouped(hours, alarms);
}

Alerts replayed(std::span<const HourCount> hours, VolumeMethod method, bool has_silence) {
  DetectorConfig judging;
  judging.method = method;
  judging.has_silence = has_silence;
  return replay_incidents(hours, judging);
}

}  // namespace

Alerts grouped(std::span<const HourCount> hours, const std::vector<bool>& is_alarm) {
  SpikeRuns runs(hours);
  for (size_t i = 0; i < hours.size(); ++i) {
    if (is_alarm[i]) runs.add(i, 0, 0);
  }
  return runs.take();
}

const std::vector<std::pair<std::string, Rule>>& rules() {
  static const std::vector<std::pair<std::string, Rule>> all{
      {"simple rule", [](auto hours, Sides) { return replayed(hours, VolumeMethod::mean, false); }},
      {"Poisson, hour of week", poisson_rule},
      {"mean + 3 sigma", sigma_rule},
      {"windowed Gaussian", windowed_gaussian},
      {"S-H-ESD, in hindsight",
       [](auto hours, Sides sides) { return grouped(hours, s_h_esd(hours, sides)); }},
      {"seasonal", [](auto hours, Sides sides) {
         return replayed(hours, VolumeMethod::seasonal, sides == Sides::both);
       }}};
  return all;
}

}  // namespace dw
