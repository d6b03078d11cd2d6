#include <fmt/format.h>

#include "bench/volume-quality/tables.h"
#include "support/simulated_helpdesk.h"

namespace dw {

/// Share of single hours found, by the expected count and the factor; a year learnt before.
void print_power() {
  fmt::print(
      "\n## Power: share of single hours found, sensitivity 1e-4, dispersion 0.02\n\n"
      "| expected | 1.5 times | 2 times | 3 times | 5 times |\n|---|---|---|---|---|\n");
  for (const double mean : {2.0, 5.0, 10.0, 20.0, 50.0, 200.0}) {
    std::string row = fmt::format("| {:.0f} |", mean);
    const Helpdesk desk{.mean = mean, .dispersion = 0.02, .has_season = false};
    const Simulated world = simulate(desk, 40 * 168, 5);
    const Replay seen = replay(world.hours, DetectorConfig{});
    for (const double factor : {1.5, 2.0, 3.0, 5.0}) {
      std::mt19937_64 random(17);
      int found = 0;
      constexpr int draws = 4000;
      for (int i = 0; i < draws; ++i) {
        const CountDistribution& law =
            seen.hours[seen.hours.size() - 1 - static_cast<size_t>(i % 168)].law;
        const int64_t count = draw_count(factor * mean, 0.02, random);
        const bool is_enough = count >= 5 && static_cast<double>(count) - law.mean >= 5;
        found += is_enough && upper_tail(law, count) < 1e-4 ? 1 : 0;
      }
      row += fmt::format(" {:.0f}% |", 100.0 * found / draws);
    }
    fmt::print("{}\n", row);
  }
}

}  // namespace dw
