#include <fmt/format.h>

#include <array>
#include <optional>

#include "bench/volume-quality/laws.h"
#include "bench/volume-quality/learner.h"
#include "bench/volume-quality/tables.h"

namespace dw {
namespace {

constexpr size_t ages = 4;
constexpr int64_t weeks = 30, young_weeks = 4;

std::optional<size_t> age_of(size_t hour) {
  const size_t week = hour / 168;
  if (week == 0) return std::nullopt;
  if (week < 2) return 0;
  if (week < 4) return 1;
  if (week < 8) return 2;
  if (week >= 20) return 3;
  return std::nullopt;
}

struct Tally {
  int by_judge = 0, by_both = 0, alerts = 0, right = 0;
};

/// A world with single hours of three times the expected, about one in ten days.
struct Planted {
  Simulated world;
  std::vector<size_t> at;
};

Planted plant(const Law& law, int seed, int64_t for_weeks) {
  Planted out{simulate_law(law, for_weeks * 168, 77 + static_cast<uint64_t>(seed)), {}};
  std::mt19937_64 random(static_cast<uint64_t>(seed) * 31 + 7);
  for (size_t i = 168 + random() % 60; i < out.world.hours.size(); i += 180 + random() % 120) {
    if (out.world.means[i] < 3) continue;
    out.world.hours[i].count = draw_count(3 * out.world.means[i], law.dispersion, random);
    out.at.push_back(i);
  }
  return out;
}

void count(const Planted& planted, double dispersion, std::array<Tally, ages>& tallies) {
  const Simulated& world = planted.world;
  const Replay ours = replay(world.hours, DetectorConfig{});
  for (const size_t i : planted.at) {
    const auto age = age_of(i);
    if (!age) continue;
    const CountDistribution law{world.means[i], dispersion};
    const int64_t seen = world.hours[i].count;
    if (seen < upper_limit(law, 1e-4) || static_cast<double>(seen) - law.mean < 5) continue;
    ++tallies[*age].by_judge;
    tallies[*age].by_both += ours.hours[i].mark == Verdict::spike ? 1 : 0;
  }
  for (const VolumeAlert& one : ours.incidents) {
    if (one.kind == AlertKind::drop) continue;
    const auto age = age_of(static_cast<size_t>((one.from - world.hours[0].hour) / one_hour));
    if (!age) continue;
    ++tallies[*age].alerts;
    for (const size_t i : planted.at) {
      if (one.from > world.hours[i].hour || one.to < world.hours[i].hour) continue;
      ++tallies[*age].right;
      break;
    }
  }
}

/// A series' first weeks: what each of three finds.
struct Young {
  int by_judge = 0, by_learner = 0, by_rule = 0;
};

void count_young(const Planted& planted, double dispersion, std::array<Young, 2>& tallies) {
  const Simulated& world = planted.world;
  const Replay ours = replay(world.hours, DetectorConfig{});
  LocalTime local("UTC");
  std::vector<SeenHour> past;
  for (size_t i = 0, next = 0; i < world.hours.size(); ++i) {
    const int hour = local.at(world.hours[i].hour).hour_of_week();
    const int64_t seen = world.hours[i].count;
    if (next == planted.at.size() || planted.at[next] != i) {
      past.push_back({hour, seen});
      continue;
    }
    ++next;
    const CountDistribution law{world.means[i], dispersion};
    if (seen < upper_limit(law, 1e-4) || static_cast<double>(seen) - law.mean < 5) continue;
    Young& young = tallies[i < 2 * 168 ? 0 : 1];
    ++young.by_judge;
    young.by_learner += learner_tail(past, hour, seen) < 1e-4 ? 1 : 0;
    young.by_rule += ours.hours[i].mark == Verdict::spike ? 1 : 0;
  }
}

std::string cell(const Tally& tally) {
  const auto share = [](int part, int whole) {
    return whole == 0 ? 1.0 : static_cast<double>(part) / whole;
  };
  return fmt::format(" {:.2f} of {}, {:.2f} |", share(tally.by_both, tally.by_judge),
                     tally.by_judge, share(tally.right, tally.alerts));
}

std::string young_cell(const Young& young) {
  const double all = std::max(young.by_judge, 1);
  return fmt::format(" {}, {:.2f}, {:.2f} |", young.by_judge, young.by_learner / all,
                     young.by_rule / all);
}

/// A row for each dispersion and shape, its means together; a cell for each age of a series.
template <class Found, size_t Ages>
void print_rows(int series, int64_t for_weeks,
                void (*count_in)(const Planted&, double, std::array<Found, Ages>&),
                std::string (*cell_of)(const Found&)) {
  for (const double dispersion : {0.0, 0.02, 0.05, 0.17}) {
    for (const TimeShape shape : {TimeShape::flat, TimeShape::season}) {
      std::array<Found, Ages> found{};
      for (const double mean : {10.0, 50.0, 300.0}) {
        for (int seed = 0; seed < series; ++seed) {
          count_in(plant({mean, dispersion, shape}, seed, for_weeks), dispersion, found);
        }
      }
      fmt::print("| {}, {} |", dispersion, shape == TimeShape::flat ? "flat" : "season");
      for (const Found& one : found) fmt::print("{}", cell_of(one));
      fmt::print("\n");
    }
  }
}

}  // namespace

void print_judge(int series) {
  fmt::print(
      "\n## Beside a judge who knows the law: single hours of three times the expected, means 10, "
      "50 and 300, {} series each\n\nShare of the judge's finds, how many these are, and the "
      "precision of our alerts of spikes.\n\n"
      "| dispersion | week 2 | weeks 3, 4 | weeks 5 to 8 | weeks 21 to 30 "
      "|\n|---|---|---|---|---|\n",
      series);
  print_rows(series, weeks, count, cell);
}

void print_learner(int series) {
  fmt::print(
      "\n## Beside a judge who knows the form of the law and learns its parameters, {} series "
      "each\n\n"
      "Shares of what the judge who knows the law finds.\n\n"
      "| dispersion | week 2: judge, learner, rule | weeks 3, 4: judge, learner, rule |\n"
      "|---|---|---|\n",
      series);
  print_rows(series, young_weeks, count_young, young_cell);
}

}  // namespace dw
