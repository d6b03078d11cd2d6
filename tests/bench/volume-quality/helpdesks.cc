#include <map>

#include "bench/volume-quality/rules.h"
#include "bench/volume-quality/score_sum.h"
#include "bench/volume-quality/tables.h"
#include "support/simulated_helpdesk.h"

namespace dw {
namespace {

/// Incidents and labels from `from` on.
Score score_from(std::vector<VolumeAlert> incidents, std::vector<LabelledSpan> labels,
                 TimePoint from) {
  std::erase_if(incidents, [from](const VolumeAlert& one) { return one.to < from; });
  std::erase_if(labels, [from](const LabelledSpan& one) { return one.to < from; });
  return score(incidents, labels);
}

}  // namespace

/// Forty helpdesks of a year: means 20 to 80, dispersion 0 to 0.1, a drifting level; a spike about
/// every ten days, two to four hours long, in hours that expect at least `least`.
void print_helpdesks(double factor, double least, uint64_t seed_from, int desks) {
  print_heading(fmt::format(
      "Simulated, spikes of {} times the expected in hours that expect {} or more, seeds {} to {}",
      factor, least, seed_from, seed_from + static_cast<uint64_t>(desks) - 1));
  std::map<std::string, ScoreSum> sums;
  for (int i = 0; i < desks; ++i) {
    const uint64_t seed = seed_from + static_cast<uint64_t>(i);
    std::mt19937_64 random(seed * 7919);
    const Helpdesk desk{.mean = 20.0 * (1 + i % 4), .dispersion = 0.05 * (i % 3), .drift = 0.02};
    Simulated world = simulate(desk, 52 * 168, seed);
    std::vector<LabelledSpan> labels;
    for (size_t at = 300; at + 10 < world.hours.size(); at += 150 + random() % 180) {
      const size_t length = 2 + random() % 3;
      if (world.means[at] < least) continue;
      for (size_t k = at; k < at + length; ++k) {
        world.hours[k].count += draw_count((factor - 1) * world.means[k], desk.dispersion, random);
      }
      labels.push_back({world.hours[at].hour, world.hours[at + length - 1].hour});
    }
    for (const auto& [name, rule] : rules()) {
      // The first eight weeks are for learning, for every rule.
      sums[name].add(score_from(rule(world.hours, Sides::up), labels, world.hours[8 * 168].hour),
                     44);
    }
  }
  for (const auto& [name, rule] : rules()) sums[name].print(name);
}

}  // namespace dw
