#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "bench/volume-quality/rules.h"
#include "bench/volume-quality/score_sum.h"
#include "bench/volume-quality/tables.h"
#include "support/wild_series.h"

namespace dw {
namespace {

struct Planted {
  std::vector<HourCount> hours;
  std::vector<LabelledSpan> labels;
};

/// Bursts of two hours: `factor` times the 99.9 % quantile of all hours more, and half of that.
Planted plant(std::vector<HourCount> hours, size_t weeks_before, double factor, uint64_t seed) {
  Planted out;
  std::vector<int64_t> counts;
  for (const HourCount& one : hours) counts.push_back(one.count);
  std::sort(counts.begin(), counts.end());
  const double high = factor * static_cast<double>(counts[counts.size() * 999 / 1000]);
  std::mt19937_64 random(seed);
  for (size_t i = weeks_before * 168 + random() % 300; i + 5 < hours.size();
       i += 500 + random() % 300) {
    hours[i].count += static_cast<int64_t>(high);
    hours[i + 1].count += static_cast<int64_t>(high / 2);
    out.labels.push_back({hours[i].hour, hours[i + 1].hour});
  }
  out.hours = std::move(hours);
  return out;
}

/// Alerts of spikes, with what was planted, where an hour alone is three times as high as most.
Score found_in(const std::vector<HourCount>& hours, uint64_t seed) {
  const Planted planted = plant(hours, 5, 2, seed);
  std::vector<VolumeAlert> alerts = replay_incidents(planted.hours, DetectorConfig{});
  std::erase_if(alerts, [](const VolumeAlert& one) { return one.kind == AlertKind::drop; });
  return score(alerts, planted.labels);
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
    size_t all = 0, found = 0;
    for (int i = 1; i <= series; ++i) {
      const auto hours = make(static_cast<uint64_t>(i));
      for (const VolumeAlert& one : replay_incidents(hours, DetectorConfig{})) {
        const auto week = (one.from - hours[0].hour) / (168 * one_hour);
        if (week < 1) continue;
        (one.kind == AlertKind::drop ? drops : spikes)[week >= 4 ? 1 : 0] += 1.0 / series;
      }
      const Score planted = found_in(hours, static_cast<uint64_t>(i));
      all += planted.labels;
      found += planted.found;
    }
    fmt::print("| {} | {:.3f} | {:.3f} | {:.3f} | {} of {} |\n", name, spikes[0] / 3,
               spikes[1] / 22, drops[1] / 22, found, all);
  }
}

/// Seeds from 900 on, which no choice was made by.
void print_rules_on_families(int series) {
  fmt::print(
      "\n## Wild series: F1 of all rules, bursts that add the 99.9 % quantile of all hours and "
      "half "
      "of it, {} series of 26 weeks each\n\n| family |",
      series);
  for (const auto& [name, rule] : rules()) fmt::print(" {} |", name);
  fmt::print("\n|---|---|---|---|---|---|---|\n");
  std::map<std::string, ScoreSum> all;
  for (const auto& [family, make] : wild_series()) {
    std::map<std::string, ScoreSum> sums;
    for (uint64_t seed = 901; seed <= 900 + static_cast<uint64_t>(series); ++seed) {
      const Planted planted = plant(make(seed), 2, 1, seed);
      for (const auto& [name, rule] : rules()) {
        const Score one = score(rule(planted.hours, Sides::up), planted.labels);
        sums[name].add(one, 26);
        all[name].add(one, 26);
      }
    }
    fmt::print("| {} |", family);
    for (const auto& [name, rule] : rules()) fmt::print(" {:.2f} |", sums[name].f1());
    fmt::print("\n");
  }
  fmt::print("| all |");
  for (const auto& [name, rule] : rules()) fmt::print(" {:.2f} |", all[name].f1());
  fmt::print("\n");
}

}  // namespace dw
