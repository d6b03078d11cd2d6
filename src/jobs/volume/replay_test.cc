#include "jobs/volume/replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "support/wild_series.h"

namespace dw {
namespace {

constexpr int64_t day = 24, week = 168;

DetectorConfig plain(double sensitivity = 1e-4) {
  return {.sensitivity = sensitivity, .count_min = 0, .excess_min = 0};
}

int64_t spikes_in(const Replay& replay, size_t from) {
  int64_t out = 0;
  for (size_t i = from; i < replay.hours.size(); ++i) {
    out += replay.hours[i].mark == Verdict::spike ? 1 : 0;
  }
  return out;
}

struct Law {
  double mean, dispersion;
};

/// Draws each hour from `from` on again, by `law_of(i)`.
template <class LawOf>
void draw_again(Simulated& world, uint64_t seed, const LawOf& law_of, size_t from = 0) {
  std::mt19937_64 random(seed);
  for (size_t i = from; i < world.hours.size(); ++i) {
    const Law law = law_of(i);
    world.hours[i].count = draw_count(law.mean, law.dispersion, random);
  }
}

size_t alerts_since(TimePoint from, const std::vector<VolumeAlert>& alerts) {
  return static_cast<size_t>(std::count_if(alerts.begin(), alerts.end(),
                                           [&](const auto& one) { return one.from >= from; }));
}

class FalseAlarms : public testing::TestWithParam<Law> {};

// Counts are whole numbers: a judge who knew the law would reach a rate below the sensitivity.
// Ours has to reach his, within three standard errors of a Poisson count of alarms and a sixth
// for what estimating costs. Seeds are fixed.
TEST_P(FalseAlarms, are_as_rare_as_the_sensitivity_says) {
  const Law law = GetParam();
  for (const double sensitivity : {1e-2, 1e-3}) {
    double known = 0, used = 0;
    int64_t alarms = 0, hours = 0;
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      const Simulated world =
          simulate({.mean = law.mean, .dispersion = law.dispersion, .timezone = "Europe/Berlin"},
                   2 * 52 * week, seed);
      const size_t from = 30 * week;
      DetectorConfig judging = plain(sensitivity);
      judging.timezone = "Europe/Berlin";
      const Replay replayed = replay(world.hours, judging);
      alarms += spikes_in(replayed, from);
      const auto judged = static_cast<int64_t>(world.hours.size() - from);
      hours += judged;
      known +=
          known_law_rate(world, law.dispersion, sensitivity, from) * static_cast<double>(judged);
      for (size_t i = from; i < replayed.hours.size(); i += 149) {
        const CountDistribution truth{world.means[i], law.dispersion};
        used += 149 * upper_tail(truth, upper_limit(replayed.hours[i].law, sensitivity));
      }
    }
    const double rate = static_cast<double>(alarms) / static_cast<double>(hours);
    const double error = 3 * std::sqrt(known);
    EXPECT_LE(static_cast<double>(alarms), known * 1.17 + error)
        << "mean " << law.mean << " dispersion " << law.dispersion << " at " << sensitivity;
    EXPECT_GE(static_cast<double>(alarms), known / 1.25 - error);
    EXPECT_LT(rate, sensitivity + 3 * std::sqrt(sensitivity / static_cast<double>(hours)));
    // The probability of an alarm under the true law, without the noise of counting alarms.
    EXPECT_NEAR(used / known, 1, 0.35);
  }
}

INSTANTIATE_TEST_SUITE_P(laws, FalseAlarms,
                         testing::Values(Law{0.5, 0}, Law{3, 0}, Law{3, 0.3}, Law{10, 0.05},
                                         Law{30, 0.1}, Law{100, 0.3}, Law{1000, 0},
                                         Law{1000, 0.02}));

TEST(seasonal, finds_spikes_of_three_times_the_expected) {
  int found = 0, by_knowledge = 0, injected = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Simulated world = simulate({.mean = 20, .dispersion = 0.05}, 40 * week, seed);
    for (size_t i = 20 * week + 11; i < world.hours.size(); i += 3 * week + 25) {
      if (world.means[i] < 20) continue;
      std::mt19937_64 random(seed + i);
      world.hours[i].count += draw_count(2 * world.means[i], 0.05, random);
      const Replay replayed = replay(std::span(world.hours).subspan(0, i + 1), DetectorConfig{});
      ++injected;
      const CountDistribution truth{world.means[i], 0.05};
      by_knowledge += world.hours[i].count >= upper_limit(truth, 1e-4) ? 1 : 0;
      found += replayed.hours.back().mark == Verdict::spike ? 1 : 0;
    }
  }
  EXPECT_GT(injected, 30);
  EXPECT_GE(found * 100, injected * 75) << found << " of " << injected;
  EXPECT_GE(found * 100, by_knowledge * 85) << "of what who knows the law finds";
}

TEST(seasonal, a_spike_that_no_hour_shows_alone_shows_over_several) {
  Simulated world = simulate({.mean = 20, .dispersion = 0.05, .has_season = false}, 30 * week, 3);
  const size_t from = world.hours.size() - 4;
  for (size_t i = from; i < world.hours.size(); ++i) world.hours[i].count = 43;
  const Replay replayed = replay(world.hours, DetectorConfig{});
  const ScoredHour& first = replayed.hours[from];
  EXPECT_EQ(first.mark, Verdict::normal) << "one such hour is no news";
  ASSERT_FALSE(replayed.incidents.empty());
  const VolumeAlert& found = replayed.incidents.back();
  EXPECT_GE(found.from, first.hour);
  EXPECT_LE(found.from, first.hour + one_hour) << "it began before it showed";
  EXPECT_LT(found.probability, 1e-4);
}

TEST(seasonal, one_high_hour_is_told_once_and_not_by_later_windows) {
  Simulated world = simulate({.mean = 20, .dispersion = 0.05, .has_season = false}, 30 * week, 3);
  const size_t at = world.hours.size() - 5;
  world.hours[at].count = 200;
  for (size_t i = at + 1; i < world.hours.size(); ++i) world.hours[i].count = 22;
  const Replay replayed = replay(world.hours, DetectorConfig{});
  EXPECT_EQ(replayed.hours[at].mark, Verdict::spike);
  for (size_t i = at + 1; i < world.hours.size(); ++i) {
    EXPECT_EQ(replayed.hours[i].mark, Verdict::normal) << i;
  }
}

/// A desk that is closed at night, as many are: most of a day in office hours, none after ten.
std::vector<HourCount> closed_at_night(int64_t weeks) {
  std::vector<HourCount> out;
  for (int64_t i = 0; i < weeks * week; ++i) {
    const int64_t hour = i % day, weekday = i / day % 7;
    const int64_t share = hour < 6 || hour >= 22 ? 0 : hour >= 8 && hour < 18 ? 300 : 60;
    const int64_t noise = share == 0 ? 0 : (i * 7919) % 31 - 15;
    const int64_t count = std::max<int64_t>(0, share + noise * share / 300);
    out.push_back({Helpdesk{}.from + i * one_hour, weekday > 4 ? count / 7 : count});
  }
  return out;
}

int64_t sum_of(const std::vector<HourCount>& hours, const VolumeAlert& alert) {
  int64_t out = 0;
  for (const HourCount& one : hours) {
    out += one.hour >= alert.from && one.hour <= alert.to ? one.count : 0;
  }
  return out;
}

TEST(seasonal, one_dead_hour_is_one_drop_and_one_alert) {
  std::vector<HourCount> hours = closed_at_night(16);
  const size_t dead = 13 * week + day + 11;
  hours[dead].count = 0;
  const Replay replayed = replay(hours, DetectorConfig{});
  std::vector<VolumeAlert> drops;
  for (const VolumeAlert& one : replayed.incidents) {
    if (one.kind == AlertKind::drop) drops.push_back(one);
  }
  ASSERT_EQ(drops.size(), 1u);
  EXPECT_EQ(drops[0].from, hours[dead].hour);
  EXPECT_EQ(drops[0].to, hours[dead].hour);
  EXPECT_EQ(drops[0].total, 0);
}

TEST(seasonal, an_alert_s_total_is_the_sum_of_its_hours_and_no_hour_is_in_two) {
  Simulated world = simulate({.mean = 20, .dispersion = 0.05, .has_season = false}, 30 * week, 3);
  const auto set = [&](size_t from, size_t hours, int64_t count) {
    for (size_t i = from; i < from + hours; ++i) world.hours[i].count = count;
  };
  set(26 * week, 4, 43);       // shows over several hours only
  set(27 * week, 6, 8);        // so does this silence
  set(28 * week, 1, 0);        // one dead hour,
  set(28 * week + 1, 9, 12);   // and a dull day after it
  set(29 * week, 3, 0);        // silence
  set(29 * week + 3, 3, 200);  // and what was held back
  const Replay replayed = replay(world.hours, DetectorConfig{});
  ASSERT_GE(replayed.incidents.size(), 5u);
  TimePoint last = TimePoint::min();
  for (const VolumeAlert& one : replayed.incidents) {
    EXPECT_EQ(one.total, sum_of(world.hours, one)) << to_rfc3339(one.from);
    EXPECT_GT(one.from, last) << "an hour is in two alerts";
    EXPECT_LE(one.from, one.peak);
    EXPECT_LE(one.peak, one.to);
    last = one.to;
  }
}

// Bursts that feed themselves: each hour keeps most of what moved the one before.
TEST(seasonal, hours_that_are_tied_to_each_other_raise_no_flood) {
  size_t alarms = 0;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> step(0, 0.1);
    Simulated world = simulate({.mean = 200, .has_season = false}, 52 * week, seed);
    double level = 0;
    for (HourCount& one : world.hours) {
      level = 0.85 * level + step(random);
      one.count = draw_count(200 * std::exp(level), 0, random);
    }
    alarms += alerts_since(world.hours[8 * week + 1].hour,
                           replay(world.hours, DetectorConfig{}).incidents);
  }
  // 44 weeks of four years; windows that took the hours for independent would raise hundreds.
  EXPECT_LE(alarms, 60u);
}

TEST(seasonal, past_spikes_do_not_hide_the_next) {
  Simulated world = simulate({.mean = 20, .dispersion = 0.02}, 30 * week, 5);
  // Every Tuesday at ten for two months something breaks.
  std::vector<size_t> broken;
  for (size_t i = 20 * week + day + 10; i < 29 * week; i += week) {
    world.hours[i].count *= 6;
    broken.push_back(i);
  }
  const Replay replayed = replay(world.hours, DetectorConfig{});
  for (const size_t i : broken) EXPECT_EQ(replayed.hours[i].mark, Verdict::spike) << i;
}

// In Berlin the clocks go forward on 2025-03-30 and back on 2025-10-26: office hours move by one
// hour of UTC, and nothing else may.
TEST(seasonal, daylight_saving_moves_nothing) {
  const Helpdesk desk{.mean = 40, .timezone = "Europe/Berlin"};
  const Simulated world = simulate(desk, 110 * week, 11);
  DetectorConfig judging = plain(1e-3);
  judging.timezone = "Europe/Berlin";
  const Replay with_zone = replay(world.hours, judging);
  const auto near_change = [&](const Replay& replayed) {
    int64_t out = 0;
    for (const auto& when : {std::chrono::sys_days(std::chrono::year(2025) / 3 / 30),
                             std::chrono::sys_days(std::chrono::year(2025) / 10 / 26)}) {
      for (const ScoredHour& one : replayed.hours) {
        const auto since = one.hour - TimePoint(when);
        if (since >= Millis(0) && since < 5 * day * one_hour && one.mark != Verdict::normal) ++out;
      }
    }
    return out;
  };
  EXPECT_LE(near_change(with_zone), 1);
  const Replay in_utc = replay(world.hours, plain(1e-3));
  EXPECT_GE(near_change(in_utc), 8) << "the test would not notice";
}

TEST(seasonal, gaps_are_unknown_and_not_silent) {
  const Simulated world = simulate({.mean = 20}, 30 * week, 3);
  std::vector<HourCount> holed;
  for (size_t i = 0; i < world.hours.size(); ++i) {
    const bool is_missing = i % 7 == 3 || (i > 25 * week && i < 25 * week + 60);
    if (!is_missing) holed.push_back(world.hours[i]);
  }
  const Replay replayed = replay(holed, DetectorConfig{});
  EXPECT_LE(replayed.incidents.size(), 2u);
  EXPECT_EQ(replayed.hours.size(), holed.size());
}

TEST(seasonal, nights_without_a_ticket_raise_nothing_and_hide_nothing) {
  Simulated world = simulate({.mean = 10}, 30 * week, 8);
  LocalTime local("UTC");
  for (HourCount& one : world.hours) {
    const int hour = local.at(one.hour).hour;
    if (hour < 6) one.count = 0;
  }
  EXPECT_LE(replay(world.hours, DetectorConfig{}).incidents.size(), 2u);
  world.hours.resize(28 * week + 3);
  world.hours.back().count = 8;
  const Replay replayed = replay(world.hours, DetectorConfig{});
  EXPECT_EQ(replayed.hours.back().mark, Verdict::spike);
}

TEST(seasonal, a_series_of_zeros_is_calm) {
  std::vector<HourCount> hours;
  for (int i = 0; i < 10 * week; ++i) hours.push_back({Helpdesk{}.from + i * one_hour, 0});
  EXPECT_TRUE(replay(hours, plain()).incidents.empty());
}

TEST(seasonal, answers_on_the_first_day_and_says_what_it_rests_on) {
  int false_alarms = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const Helpdesk desk{.mean = 12,
                        .dispersion = 0.05,
                        .from = Helpdesk{}.from + static_cast<int64_t>(seed) * 5 * one_hour};
    false_alarms += static_cast<int>(
        replay(simulate(desk, 2 * week, seed).hours, DetectorConfig{}).incidents.size());
  }
  EXPECT_LE(false_alarms, 4) << "in forty first fortnights";
  Simulated world = simulate({.mean = 10, .has_season = false}, 20, 2);
  world.hours.back().count = 400;
  const Replay replayed = replay(world.hours, DetectorConfig{});
  EXPECT_EQ(replayed.hours.back().mark, Verdict::spike);
  EXPECT_EQ(static_cast<BaselineSource>(replayed.hours.back().basis), BaselineSource::overall);
  EXPECT_EQ(static_cast<BaselineSource>(replayed.hours.front().basis), BaselineSource::none);
}

TEST(seasonal, the_first_hours_weigh_no_more_than_the_later_ones) {
  const Simulated world = simulate({.mean = 20'000, .dispersion = 0.002}, 12 * week, 31);
  const Replay replayed = replay(world.hours, DetectorConfig{});
  for (size_t i = 6 * week; i < world.hours.size(); ++i) {
    ASSERT_NEAR(replayed.hours[i].law.mean / world.means[i], 1, 0.15) << i;
  }
}

TEST(seasonal, a_shift_of_level_is_one_incident_and_then_normal) {
  Simulated world = simulate({.mean = 20, .dispersion = 0.02}, 32 * week, 4);
  const size_t from = 28 * week + 10;
  draw_again(
      world, 9,
      [&](size_t i) {
        return Law{2.5 * world.means[i], 0.02};
      },
      from);
  const Replay replayed = replay(world.hours, DetectorConfig{});
  const size_t after = alerts_since(world.hours[from].hour, replayed.incidents);
  EXPECT_LE(after, 2u);
  ASSERT_GE(after, 1u);
  EXPECT_EQ(replayed.incidents[replayed.incidents.size() - after].end, AlertEnd::new_level);
}

TEST(seasonal, an_intake_that_broke_shows_as_silence) {
  Simulated world = simulate({.mean = 6}, 28 * week, 6);
  const size_t from = 26 * week + 2 * day + 9;
  for (size_t i = from; i < from + 8; ++i) world.hours[i].count = 0;
  const Replay replayed = replay(world.hours, DetectorConfig{});
  const auto& incidents = replayed.incidents;
  const auto found = std::find_if(incidents.begin(), incidents.end(),
                                  [](const auto& one) { return one.kind == AlertKind::drop; });
  ASSERT_NE(found, incidents.end());
  EXPECT_LE(found->from, world.hours[from + 2].hour);
  EXPECT_EQ(found->end, AlertEnd::calm);
  DetectorConfig deaf;
  deaf.has_silence = false;
  for (const auto& one : replay(world.hours, deaf).incidents) {
    EXPECT_EQ(one.kind, AlertKind::spike);
  }
}

TEST(seasonal, a_holiday_has_a_season_of_its_own) {
  Simulated world = simulate({.mean = 30}, 56 * week, 12);
  std::vector<int64_t> holidays;
  for (size_t i = 0; i < world.hours.size(); ++i) {
    const int64_t number = world.hours[i].hour.time_since_epoch() / std::chrono::days(1);
    if (number % 30 != 3) continue;  // a quiet day a month
    if (holidays.empty() || holidays.back() != number) holidays.push_back(number);
    world.hours[i].count /= 20;
  }
  DetectorConfig knowing = plain(), blind = plain();
  knowing.holidays = holidays;
  const auto late_drops = [&](const DetectorConfig& judging) {
    const auto replayed = replay(world.hours, judging);
    return std::count_if(replayed.incidents.begin(), replayed.incidents.end(), [&](const auto& i) {
      return i.kind == AlertKind::drop && i.from > world.hours[10 * week].hour;
    });
  };
  EXPECT_LE(late_drops(knowing), 2);
  EXPECT_GE(late_drops(blind), 5);
}

TEST(seasonal, a_late_count_is_judged_anew) {
  Simulated world = simulate({.mean = 20}, 30 * week, 7);
  const size_t i = 29 * week + day + 10;
  world.hours[i].count = 0;  // the index was late
  EXPECT_EQ(replay(world.hours, DetectorConfig{}).hours[i].mark, Verdict::drop);
  world.hours[i].count = static_cast<int64_t>(world.means[i]);
  EXPECT_EQ(replay(world.hours, DetectorConfig{}).hours[i].mark, Verdict::normal);
}

// A desk is right from the day it is installed: each week of the first five, spikes and drops
// apart, over laws where a first guess of the dispersion is wrong in either direction.
TEST(seasonal, the_first_weeks_raise_no_more_than_later_ones) {
  constexpr int weeks = 5, series = 6;
  std::array<std::array<int, weeks>, 2> alerts{};
  int64_t hours = 0;
  for (const double mean : {10.0, 50.0, 300.0}) {
    for (const double dispersion : {0.0, 0.005, 0.2}) {
      for (uint64_t seed = 1; seed <= series; ++seed) {
        Helpdesk desk{.mean = mean, .dispersion = dispersion, .has_season = seed % 2 == 0};
        desk.from += std::chrono::days(seed % 7);
        const Simulated world = simulate(desk, weeks * week, seed + 100);
        hours += weeks * week - day;
        for (const VolumeAlert& one : replay(world.hours, DetectorConfig{}).incidents) {
          const int64_t at = (one.from - desk.from) / one_hour;
          if (at < day) continue;
          ++alerts[one.kind == AlertKind::drop ? 1 : 0][static_cast<size_t>(at / week)];
        }
      }
    }
  }
  const double allowed = DetectorConfig{}.sensitivity * static_cast<double>(hours);
  for (const auto& kind : alerts) {
    int all = 0;
    for (const int in_week : kind) {
      all += in_week;
      EXPECT_LE(in_week, 3 * allowed / weeks + 1);
    }
    EXPECT_LE(all, 2 * allowed);
  }
}

TEST(seasonal, the_second_week_finds_half_of_what_who_knows_the_law_finds) {
  int found = 0, by_knowledge = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Simulated world =
        simulate({.mean = 50, .dispersion = 0.05, .has_season = false}, 2 * week, seed);
    std::mt19937_64 random(seed);
    const size_t i = week + random() % week;
    world.hours[i].count = draw_count(150, 0.05, random);
    if (world.hours[i].count < upper_limit({50, 0.05}, 1e-4)) continue;
    ++by_knowledge;
    found += replay(world.hours, DetectorConfig{}).hours[i].mark == Verdict::spike ? 1 : 0;
  }
  EXPECT_GT(by_knowledge, 30);
  EXPECT_GE(found * 100, by_knowledge * 50) << found << " of " << by_knowledge;
}

// In its first week each weekday is a step higher, which looks like a season and is none.
TEST(seasonal, a_series_of_thousands_that_rises_raises_no_more_in_its_first_weeks) {
  size_t alerts = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Simulated world = simulate({.mean = 1000, .has_season = false}, 5 * week, seed);
    draw_again(world, seed, [](size_t i) { return Law{1000 + static_cast<double>(i) / 2.016, 0}; });
    alerts += replay_incidents(world.hours, DetectorConfig{}).size();
  }
  EXPECT_LE(alerts, 2u) << "100 weeks, in which 1.7 are allowed";
}

// A weekend is no weekday that is quieter by a factor: this one has no rush and no night.
TEST(seasonal, the_second_weekend_is_known_by_the_first_whatever_its_shape) {
  size_t alerts = 0;
  for (uint64_t seed = 1; seed <= 80; ++seed) {
    Simulated world = simulate({.mean = 36}, 2 * week, seed);
    draw_again(world, seed, [&](size_t i) {
      const double growth = 1 + 0.4 * static_cast<double>(i) / (2.0 * week);
      const double mean = growth * (i % week >= 5 * day ? 10 : 4 + world.means[i]);
      return Law{mean, seed % 2 == 0 ? 0.03 : 0.005};
    });
    alerts += alerts_since(world.hours[week].hour, replay_incidents(world.hours, DetectorConfig{}));
  }
  EXPECT_LE(alerts, 3u) << "80 weeks, in which 1.3 spikes are allowed";
}

// Tickets that come in fours: four times Poisson's variance by day and by night, which is a much
// larger dispersion by night.
TEST(seasonal, quiet_hours_that_are_rougher_raise_no_flood_in_the_first_weeks) {
  size_t alerts = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    Simulated world = simulate({.mean = 40}, 4 * week, seed);
    draw_again(world, seed, [&](size_t i) {
      const double mean = 12 + 0.7 * world.means[i];
      return Law{mean, 3 / mean};
    });
    alerts += alerts_since(world.hours[week].hour, replay_incidents(world.hours, DetectorConfig{}));
  }
  EXPECT_LE(alerts, 6u)
      << "90 weeks; with one dispersion for all sizes there were three times as many";
}

// On any series, at any time after its first week.
TEST(seasonal, the_largest_hour_ever_is_a_spike_on_each_wild_series) {
  for (const auto& [name, make] : wild_series()) {
    for (uint64_t seed = 1; seed <= 2; ++seed) {
      std::vector<HourCount> hours = make(seed);
      std::mt19937_64 random(seed);
      hours.resize(week + 1 + random() % (hours.size() - week - 1));
      int64_t largest = 0;
      for (const HourCount& one : hours) largest = std::max(largest, one.count);
      hours.push_back({hours.back().hour + one_hour, (largest * 5 + 1) / 2});
      const Replay seen = replay(hours, DetectorConfig{});
      EXPECT_EQ(seen.hours.back().mark, Verdict::spike) << name << ", hour " << hours.size();
      ASSERT_FALSE(seen.incidents.empty());
      EXPECT_EQ(seen.incidents.back().to, hours.back().hour) << name;
      EXPECT_EQ(seen.incidents.back().kind, AlertKind::spike) << name;
    }
  }
}

TEST(seasonal, the_largest_hour_ever_by_far_is_never_passed_over) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    // So wild that no count would be rare by the law.
    Simulated world = simulate({.mean = 20, .has_season = false}, 6 * week, seed);
    std::mt19937_64 random(seed);
    std::normal_distribution<double> wild(0, 1.4);
    int64_t largest = 0;
    for (HourCount& one : world.hours) {
      one.count = static_cast<int64_t>(20 * std::exp(wild(random)));
      largest = std::max(largest, one.count);
    }
    world.hours.push_back({world.hours.back().hour + one_hour, largest * 5 / 2 + 1});
    EXPECT_EQ(replay(world.hours, DetectorConfig{}).hours.back().mark, Verdict::spike) << seed;
  }
}

Law rough_at_night(size_t i) {
  return {40, i % 24 < 7 ? 0.6 : 0.01};
}

TEST(seasonal, nights_that_are_rougher_than_days_raise_no_flood) {
  size_t alerts = 0;
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Simulated world = simulate({.mean = 40, .has_season = false}, 26 * week, seed);
    draw_again(world, seed, rough_at_night);
    alerts += alerts_since(world.hours[6 * week + 1].hour,
                           replay(world.hours, DetectorConfig{}).incidents);
  }
  // Twenty weeks of three series; one dispersion for all hours raised more than one a week.
  EXPECT_LE(alerts, 6u);
}

TEST(seasonal, days_that_are_calmer_than_nights_keep_their_power) {
  Simulated world = simulate({.mean = 40, .has_season = false}, 8 * week, 1);
  draw_again(world, 1, rough_at_night);
  const DetectorConfig judging{};
  const Replay seen = replay(world.hours, judging);
  const int64_t noon = band_of(seen.hours[7 * week + 12], judging).high;
  const int64_t night = band_of(seen.hours[7 * week + 3], judging).high;
  EXPECT_LE(noon, 100) << "and not 40 and 4.5 of all hours' deviations";
  EXPECT_GE(night, 180);
}

// The first day was learnt when no other weekday was known, and each day of the first week changed
// the level: none of that may be left a week later.
TEST(seasonal, the_second_week_begins_with_what_the_first_has_shown) {
  double error = 0, hours = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Helpdesk desk{.mean = 300, .dispersion = 0.05};
    const Simulated world = simulate(desk, week + 2 * day, seed);
    const Replay seen = replay(world.hours, plain());
    for (size_t i = week; i < world.hours.size(); ++i) {
      const double distance = std::log(seen.hours[i].law.mean / world.means[i]);
      error += distance * distance;
      ++hours;
    }
  }
  // Thirty means out of 168 counts can't be nearer than 0.18 times the dispersion.
  EXPECT_LT(error / hours, 0.02);
}

TEST(seasonal, feedback_moves_the_threshold_of_that_kind_of_hour_and_no_other) {
  const Simulated world = simulate({.mean = 30, .dispersion = 0.05}, 12 * week, 5);
  DetectorConfig judging;
  const TimePoint monday = world.hours[10 * week + 10].hour;
  for (int i = 0; i < 3; ++i) {
    judging.feedback.push_back({.kind = AlertKind::spike, .peak = monday, .to = monday});
  }
  const Replay before = replay(world.hours, DetectorConfig{});
  const Replay after = replay(world.hours, judging);
  const size_t same_hour = 11 * week + 10, evening = 11 * week + 20, past = 9 * week + 10;
  EXPECT_GT(band_of(after.hours[same_hour], judging).high,
            band_of(before.hours[same_hour], judging).high);
  EXPECT_EQ(band_of(after.hours[same_hour], judging).low,
            band_of(before.hours[same_hour], judging).low)
      << "drops were not meant";
  EXPECT_EQ(band_of(after.hours[evening], judging).high,
            band_of(before.hours[evening], judging).high);
  EXPECT_EQ(band_of(after.hours[past], judging).high, band_of(before.hours[past], judging).high)
      << "what was alerted on before stays";
}

}  // namespace
}  // namespace dw
