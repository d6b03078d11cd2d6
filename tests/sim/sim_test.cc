// The runs: some seeds that never change, then fresh ones until the time is over.
//
//   DW_SIM_SEED=N      that run alone, with its story if it breaks a promise
//   DW_SIM_HOURS=H     fresh seeds for that long (make sim HOURS=1)
//   DW_SIM_SECONDS=S   the same in seconds; 50 if neither is given
//   DW_SIM_LOG=1       shows what the program logs
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.h"
#include "sim/world.h"

namespace dw::sim {
namespace {

constexpr uint64_t fixed_seeds = 40;
constexpr double seconds_by_default = 50;

struct Tally {
  int64_t runs = 0, events = 0, faults = 0;
  std::map<std::string, int64_t> by_kind;
  Millis simulated{};
  Monotonic begun = std::chrono::steady_clock::now();

  double seconds() const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
    return passed.count();
  }
  void print() const {
    const double minutes = seconds() / 60;
    fmt::print(
        "{} runs, {:.1f} simulated hours, {} events and {} faults: {:.0f} events and {:.0f} "
        "faults a minute\n",
        runs, static_cast<double>(simulated.count()) / 3.6e6, events, faults,
        static_cast<double>(events) / minutes, static_cast<double>(faults) / minutes);
    for (const auto& [kind, count] : by_kind) fmt::print("  {:>9}  {}\n", count, kind);
    std::fflush(stdout);
  }
};

bool holds(uint64_t seed, Tally& tally) {
  fmt::print("seed {}", seed);
  std::fflush(stdout);  // so that a run that ends the program is known
  World world(seed);
  world.run();
  const Story& story = world.story();
  ++tally.runs;
  tally.events += story.events();
  tally.faults += story.faults();
  tally.simulated += world.passed();
  for (const auto& [kind, count] : story.faults_by_kind()) tally.by_kind[kind] += count;
  fmt::print(": {} events, {} faults, {} min\n", story.events(), story.faults(),
             world.passed() / std::chrono::minutes(1));
  EXPECT_FALSE(story.is_broken()) << story.text();
  return !story.is_broken();
}

std::string environment(const char* name) {
  const char* found = std::getenv(name);
  return found == nullptr ? "" : found;
}

double seconds_wanted() {
  const std::string hours = environment("DW_SIM_HOURS");
  if (!hours.empty()) return std::strtod(hours.c_str(), nullptr) * 3600;
  const std::string seconds = environment("DW_SIM_SECONDS");
  return seconds.empty() ? seconds_by_default : std::strtod(seconds.c_str(), nullptr);
}

/// A hostile world makes the program log a lot. A defect still shows: the program ends (70) behind
/// the seed of its run.
void quieten() {
  const bool is_shown = !environment("DW_SIM_LOG").empty();
  set_log(is_shown ? LogLevel::trace : LogLevel::error, LogFormat::text);
  if (!is_shown && std::freopen("/dev/null", "w", stderr) == nullptr) ADD_FAILURE();
}

TEST(Simulation, the_promises_hold_in_a_hostile_world) {
  quieten();
  Tally tally;
  const std::string seed = environment("DW_SIM_SEED");
  if (!seed.empty()) {
    holds(std::strtoull(seed.c_str(), nullptr, 10), tally);
    return;
  }
  bool is_well = true;
  const double limit = seconds_wanted();
  for (uint64_t fixed = 1; fixed <= fixed_seeds && is_well && tally.seconds() < limit; ++fixed) {
    is_well = holds(fixed, tally);
  }
  Random fresh = Random::from_system();
  while (is_well && tally.seconds() < limit) is_well = holds(fresh.below(1'000'000'000), tally);
  tally.print();
}

struct Told {
  int64_t events;
  std::map<std::string, int64_t> faults;
  Millis passed;
  bool operator==(const Told&) const = default;
};

Told told(uint64_t seed) {
  World world(seed);
  world.run();
  return {world.story().events(), world.story().faults_by_kind(), world.passed()};
}

TEST(Simulation, a_seed_gives_the_same_run_again) {
  quieten();
  EXPECT_TRUE(told(7) == told(7));
}

}  // namespace
}  // namespace dw::sim
