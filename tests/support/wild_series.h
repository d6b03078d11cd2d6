// Series that are no textbook: bursts, ties, shifts of level, gaps, a second season.
#pragma once
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "support/simulated_helpdesk.h"

namespace dw {

/// Half a year of hours out of a seed.
using WildSeries = std::function<std::vector<HourCount>(uint64_t seed)>;

namespace wild {

/// Half a year.
constexpr size_t length = 26 * 168;
using Random = std::mt19937_64;

/// Empty hours with a mild weekly season, as `means` say.
inline Simulated empty(double mean) {
  Simulated out;
  LocalTime local("UTC");
  for (size_t i = 0; i < length; ++i) {
    const TimePoint hour = Helpdesk{}.from + static_cast<int64_t>(i) * one_hour;
    out.means.push_back(mean * (0.3 + 0.7 * office_shape(local.at(hour))));
    out.hours.push_back({hour, 0});
  }
  return out;
}

inline double pareto(Random& random, double index) {
  return std::pow(1 - std::uniform_real_distribution<>(0, 1)(random), -1 / index);
}

/// Events, one in a hundred tickets, each bring a Pareto number more over some hours.
inline std::vector<HourCount> compound(double index, uint64_t seed) {
  Simulated world = empty(20);
  Random random(seed);
  std::vector<double> extra(length + 12);
  for (size_t i = 0; i < length; ++i) {
    for (int k = std::poisson_distribution<int>(world.means[i] * 0.01)(random); k > 0; --k) {
      const double size = 6 * pareto(random, index) * (1 - std::exp(-1 / 1.5));
      for (size_t h = 0; h < 12; ++h)
        extra[i + h] += size * std::exp(-static_cast<double>(h) / 1.5);
    }
  }
  for (size_t i = 0; i < length; ++i) {
    world.hours[i].count = draw_count(world.means[i] + extra[i], 0.02, random);
  }
  return world.hours;
}

/// Each ticket brings `branching` more on the average, within hours. The first hours find a desk
/// that has been busy for a week.
inline std::vector<HourCount> hawkes(double branching, bool has_heavy_marks, uint64_t seed) {
  Simulated world = empty(20 * (1 - branching));
  Random random(seed);
  const double decay = std::exp(-0.5);
  double own = 0;
  constexpr size_t before = 168;
  for (size_t i = 0; i < before + length; ++i) {
    const size_t at = i < before ? i : i - before;
    const double dispersion = has_heavy_marks ? 0.1 : 0;
    const int64_t count = draw_count(world.means[at] + own, dispersion, random);
    world.hours[at].count = count;
    auto marks = static_cast<double>(count);
    if (has_heavy_marks) {
      marks = 0;
      for (int64_t k = 0; k < count; ++k) marks += pareto(random, 1.8) * 0.8 / 1.8;
    }
    own = own * decay + branching * marks * (1 - decay);
  }
  return world.hours;
}

/// Each hour is drawn around its mean times exp of what `wobble` says.
template <class Wobble>
inline std::vector<HourCount> log_wobble(uint64_t seed, Wobble wobble) {
  Simulated world = empty(60);
  Random random(seed);
  for (size_t i = 0; i < length; ++i) {
    const double mean = world.means[i] * std::exp(std::min(5.0, wobble(random)));
    world.hours[i].count = draw_count(mean, 0.01, random);
  }
  return world.hours;
}

inline std::vector<HourCount> tied(uint64_t seed) {
  std::normal_distribution<> step;
  double now = 0;
  return log_wobble(seed, [&](Random& random) { return now = 0.8 * now + 0.25 * step(random); });
}

inline std::vector<HourCount> heavy(uint64_t seed) {
  std::student_t_distribution<> step(3);
  return log_wobble(seed, [&](Random& random) { return 0.2 * step(random); });
}

inline std::vector<HourCount> rough_nights(uint64_t seed) {
  Simulated world = empty(40);
  Random random(seed);
  for (size_t i = 0; i < length; ++i) {
    world.hours[i].count = draw_count(world.means[i], i % 24 < 7 ? 0.6 : 0.01, random);
  }
  return world.hours;
}

inline std::vector<HourCount> clusters(uint64_t seed) {
  Simulated world = empty(40);
  Random random(seed);
  for (size_t i = 0; i < length; ++i) {
    world.hours[i].count = draw_count(world.means[i], 3 / world.means[i], random);
  }
  return world.hours;
}

inline std::vector<HourCount> shifts(uint64_t seed) {
  Simulated world = empty(40);
  Random random(seed);
  double level = 1;
  for (size_t i = 0; i < length; ++i) {
    if (random() % 1008 == 0) {
      level = std::exp(std::uniform_real_distribution<>(-0.6, 0.6)(random));
    }
    world.hours[i].count = draw_count(world.means[i] * level, 0.03, random);
  }
  return world.hours;
}

inline std::vector<HourCount> gaps(uint64_t seed) {
  Simulated world = empty(40);
  Random random(seed);
  std::vector<HourCount> out;
  for (size_t i = 0; i < length; ++i) {
    world.hours[i].count = draw_count(world.means[i], 0.03, random);
    const bool is_missing = random() % 5 == 0 || i / 168 % 9 == 5;
    if (!is_missing) out.push_back(world.hours[i]);
  }
  return out;
}

inline std::vector<HourCount> two_seasons(uint64_t seed) {
  Simulated world = empty(40);
  Random random(seed);
  for (size_t i = 0; i < length; ++i) {
    const double phase = 2 * std::numbers::pi * static_cast<double>(i) / (8 * 168);
    const double mean = (i / 24 % 7 >= 5 ? 15 : world.means[i]) * (1 + 0.5 * std::sin(phase));
    world.hours[i].count = draw_count(mean, 0.03, random);
  }
  return world.hours;
}

}  // namespace wild

inline std::vector<std::pair<std::string, WildSeries>> wild_series() {
  using namespace wild;
  std::vector<std::pair<std::string, WildSeries>> out;
  for (const double index : {3.5, 2.2, 1.6}) {
    out.emplace_back(fmt::format("compound Poisson, Pareto index {}", index),
                     [index](uint64_t seed) { return compound(index, seed); });
  }
  for (const double branching : {0.4, 0.7, 0.9}) {
    out.emplace_back(fmt::format("Hawkes, branching {}", branching),
                     [branching](uint64_t seed) { return hawkes(branching, false, seed); });
  }
  out.emplace_back("Hawkes, heavy marks", [](uint64_t seed) { return hawkes(0.6, true, seed); });
  out.emplace_back("log-normal, tied hours", tied);
  out.emplace_back("log-Student, 3 degrees", heavy);
  out.emplace_back("rough nights", rough_nights);
  out.emplace_back("clusters, 4 times Poisson's variance", clusters);
  out.emplace_back("level shifts", shifts);
  out.emplace_back("missing hours", gaps);
  out.emplace_back("two seasons", two_seasons);
  return out;
}

}  // namespace dw
