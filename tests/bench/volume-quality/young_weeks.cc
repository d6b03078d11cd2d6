#include <fmt/format.h>

#include <array>

#include "bench/volume-quality/laws.h"
#include "bench/volume-quality/tables.h"

namespace dw {
namespace {

constexpr size_t weeks = 12;
/// Spikes, or drops, per 100 series and week.
constexpr double allowed = 1e-4 * 168 * 100;
using Weeks = std::array<double, weeks>;

struct Cells {
  Weeks spikes{}, drops{};
};

/// False alarms after the first 24 hours, per 100 series.
Cells alarms_of(const Law& law, int series) {
  Cells out;
  for (int i = 0; i < series; ++i) {
    const Simulated world = simulate_law(law, weeks * 168, 1000 + static_cast<uint64_t>(i));
    for (const VolumeAlert& one : replay_incidents(world.hours, DetectorConfig{})) {
      const auto since = [&](TimePoint at) { return (at - world.hours[0].hour) / one_hour; };
      if (since(one.to) < 24) continue;
      const auto week = std::min(weeks - 1, static_cast<size_t>(since(one.from) / 168));
      (one.kind == AlertKind::drop ? out.drops : out.spikes)[week] += 100.0 / series;
    }
  }
  return out;
}

/// Names what lies above three times what is allowed; chance alone lifts a few cells so far.
int print_above(const std::string& law, const char* kind, const Weeks& cells) {
  int above = 0;
  for (size_t week = 0; week < weeks; ++week) {
    if (cells[week] <= 3 * allowed) continue;
    ++above;
    fmt::print("- {}: {:.1f} {} in week {}\n", law, cells[week], kind, week + 1);
  }
  return above;
}

void print_row(const char* name, const Weeks& sums, double laws) {
  std::string row = fmt::format("| {} |", name);
  for (const double one : sums) row += fmt::format(" {:.2f} |", one / laws);
  fmt::print("{}\n", row);
}

}  // namespace

void print_young_weeks(int series) {
  fmt::print("\n## The first weeks: 60 laws, {} series each, per 100 series and week\n\n", series);
  fmt::print("{:.2f} spikes and as many drops are allowed. Cells above three times that:\n\n",
             allowed);
  static constexpr std::array shapes{"flat", "season", "trend"};
  Weeks spikes{}, drops{};
  int above = 0, laws = 0;
  for (const TimeShape shape : {TimeShape::flat, TimeShape::season, TimeShape::trend}) {
    for (const double mean : {2.0, 10.0, 50.0, 300.0, 1000.0}) {
      for (const double dispersion : {0.0, 0.005, 0.02, 0.2}) {
        const Cells cells = alarms_of({mean, dispersion, shape}, series);
        const std::string name = fmt::format("mean {}, dispersion {}, {}", mean, dispersion,
                                             shapes[static_cast<size_t>(shape)]);
        above += print_above(name, "spikes", cells.spikes);
        above += print_above(name, "drops", cells.drops);
        ++laws;
        for (size_t i = 0; i < weeks; ++i) {
          spikes[i] += cells.spikes[i];
          drops[i] += cells.drops[i];
        }
      }
    }
  }
  fmt::print("\n{} of {} cells. Mean over all laws:\n\n", above,
             static_cast<size_t>(laws) * 2 * weeks);
  fmt::print("| week | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 |\n");
  fmt::print("|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  print_row("spikes", spikes, laws);
  print_row("drops", drops, laws);
}

}  // namespace dw
