// The runs: some seeds that never change, then fresh ones until the time is over.
//
//   DW_SIM_SEED=N      that run alone, with its story if it breaks a promise
//   DW_SIM_STORE=S     sqlite or postgresql: the runs over that one alone
//   DW_SIM_HOURS=H     fresh seeds for that long (make sim HOURS=1)
//   DW_SIM_SECONDS=S   the same in seconds; 50 if neither is given
//   DW_SIM_ALL=1       goes on behind a broken run: how many seeds find a defect
//   DW_SIM_LOG=1       shows what the program logs
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.h"
#include "sim/world.h"

namespace dw::sim {
namespace {

/// Where the replicas stand, and how long that is tried if nobody says otherwise.
struct Kind {
  const char* name;
  Ground ground;
  uint64_t fixed_seeds;
  double seconds;
};
constexpr Kind on_sqlite{"sqlite", Ground::file, 40, 45};
constexpr Kind on_postgresql{"postgresql", Ground::server, 20, 40};

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

bool holds(const Kind& kind, uint64_t seed, Tally& tally) {
  fmt::print("seed {}", seed);
  std::fflush(stdout);  // so that a run that ends the program is known
  World world(seed, kind.ground);
  world.run();
  const Story& story = world.story();
  ++tally.runs;
  tally.events += story.events();
  tally.faults += story.faults();
  tally.simulated += world.passed();
  for (const auto& [fault, count] : story.faults_by_kind()) tally.by_kind[fault] += count;
  fmt::print(": {} events, {} faults, {} min\n", story.events(), story.faults(),
             world.passed() / std::chrono::minutes(1));
  EXPECT_FALSE(story.is_broken()) << story.text() << " STORE=" << kind.name << "\n";
  return !story.is_broken();
}

std::string environment(const char* name) {
  const char* found = std::getenv(name);
  return found == nullptr ? "" : found;
}

double seconds_wanted(const Kind& kind) {
  const std::string hours = environment("DW_SIM_HOURS");
  if (!hours.empty()) return std::strtod(hours.c_str(), nullptr) * 3600;
  const std::string seconds = environment("DW_SIM_SECONDS");
  return seconds.empty() ? kind.seconds : std::strtod(seconds.c_str(), nullptr);
}

/// A hostile world makes the program log a lot. A defect still shows: the program ends (70) behind
/// the seed of its run.
void quieten() {
  const bool is_shown = !environment("DW_SIM_LOG").empty();
  set_log(is_shown ? LogLevel::trace : LogLevel::error, LogFormat::text);
  if (!is_shown && std::freopen("/dev/null", "w", stderr) == nullptr) ADD_FAILURE();
}

void run_all(const Kind& kind) {
  quieten();
  const std::string store = environment("DW_SIM_STORE");
  if (!store.empty() && store != kind.name) return;
  Tally tally;
  const std::string seed = environment("DW_SIM_SEED");
  if (!seed.empty()) {
    holds(kind, std::strtoull(seed.c_str(), nullptr, 10), tally);
    return;
  }
  const bool is_all = !environment("DW_SIM_ALL").empty();
  bool is_well = true;
  const double limit = seconds_wanted(kind);
  for (uint64_t fixed = 1; fixed <= kind.fixed_seeds && is_well && tally.seconds() < limit;
       ++fixed) {
    is_well = holds(kind, fixed, tally) || is_all;
  }
  Random fresh = Random::from_system();
  while (is_well && tally.seconds() < limit) {
    is_well = holds(kind, fresh.below(1'000'000'000), tally) || is_all;
  }
  tally.print();
}

TEST(Simulation, the_promises_hold_in_a_hostile_world) {
  run_all(on_sqlite);
}

TEST(Simulation, the_promises_hold_in_a_hostile_world_on_postgresql) {
  run_all(on_postgresql);
}

struct Told {
  int64_t events;
  std::map<std::string, int64_t> faults;
  Millis passed;
  bool operator==(const Told&) const = default;
};

Told told(uint64_t seed, Ground ground) {
  World world(seed, ground);
  world.run();
  return {world.story().events(), world.story().faults_by_kind(), world.passed()};
}

TEST(Simulation, a_seed_gives_the_same_run_again) {
  quieten();
  EXPECT_TRUE(told(7, Ground::file) == told(7, Ground::file));
  EXPECT_TRUE(told(7, Ground::server) == told(7, Ground::server));
}

}  // namespace
}  // namespace dw::sim
