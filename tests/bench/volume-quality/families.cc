#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/volume-quality/tables.h"
#include "support/wild_series.h"

namespace dw {
namespace {

using Alerts = std::vector<VolumeAlert>;

struct Planted {
  int all = 0, found = 0;
};

/// Bursts of two hours, the first three times as high as the 99.9 % quantile of all hours.
Planted planted_of(std::vector<HourCount> hours, uint64_t seed) {
  std::vector<int64_t> counts;
  for (const HourCount& one : hours) counts.push_back(one.count);
  std::sort(counts.begin(), counts.end());
  const int64_t high = counts[counts.size() * 999 / 1000];
  std::mt19937_64 random(seed);
  std::vector<size_t> at;
  for (size_t i = 5 * 168 + random() % 300; i + 5 < hours.size(); i += 500 + random() % 300) {
    hours[i].count += 2 * high;
    hours[i + 1].count += high;
    at.push_back(i);
  }
  Planted out;
  const Alerts alerts = replay_incidents(hours, DetectorConfig{});
  for (const size_t i : at) {
    ++out.all;
    out.found += std::any_of(alerts.begin(), alerts.end(), [&](const VolumeAlert& one) {
      return one.kind == AlertKind::spike && one.from <= hours[i + 1].hour &&
             one.to >= hours[i].hour;
    });
  }
  return out;
}

}  // namespace

void print_families(int series) {
  fmt::print(
      "\n## Wild series: alerts a week where nothing was planted ({:.3f} allowed), {} series of 26 "
      "weeks each\n\n"
      "| family | spikes, weeks 2 to 4 | spikes, later | drops, later | planted bursts found |\n"
      "|---|---|---|---|---|\n",
      168 * 1e-4, series);
  for (const auto& [name, make] : wild_series()) {
    std::array<double, 2> spikes{}, drops{};
    Planted planted;
    for (int i = 1; i <= series; ++i) {
      const auto hours = make(static_cast<uint64_t>(i));
      for (const VolumeAlert& one : replay_incidents(hours, DetectorConfig{})) {
        const auto week = (one.from - hours[0].hour) / (168 * one_hour);
        if (week < 1) continue;
        (one.kind == AlertKind::drop ? drops : spikes)[week >= 4 ? 1 : 0] += 1.0 / series;
      }
      const Planted now = planted_of(hours, static_cast<uint64_t>(i));
      planted.all += now.all;
      planted.found += now.found;
    }
    fmt::print("| {} | {:.3f} | {:.3f} | {:.3f} | {} of {} |\n", name, spikes[0] / 3,
               spikes[1] / 22, drops[1] / 22, planted.found, planted.all);
  }
}

}  // namespace dw
