#include "jobs/volume/simple_rule.h"

#include <gtest/gtest.h>

#include "support/simulated_helpdesk.h"

namespace dw {
namespace {

constexpr int64_t day_hours = 24;
const TimePoint start = Helpdesk{}.from;
const DetectorConfig simple{.method = VolumeMethod::mean, .threshold = 0.5};

/// A week of ten tickets an hour, then `counts`.
std::vector<HourCount> after_a_calm_week(const std::vector<int64_t>& counts) {
  std::vector<HourCount> out;
  for (int64_t i = 0; i < 7 * day_hours; ++i) out.push_back({start + i * one_hour, 10});
  for (const int64_t count : counts) out.push_back({out.back().hour + one_hour, count});
  return out;
}

TEST(simple_rule, is_the_mean_of_the_hour_of_day_before_now) {
  std::vector<HourCount> hours;
  for (int d = 0; d < 3; ++d) hours.push_back({start + (d * day_hours + 9) * one_hour, 10 + d});
  hours.push_back({start + (3 * day_hours + 8) * one_hour, 900});  // another hour of day
  hours.push_back({start + (3 * day_hours + 9) * one_hour, 16});   // mean 11, limit 16.5
  hours.push_back({start + (4 * day_hours + 9) * one_hour, 19});   // mean 12.25, limit 18.375
  DetectorConfig judging = simple;
  const Replay replayed = replay(hours, judging);
  EXPECT_EQ(replayed.hours[0].mark, Verdict::normal) << "no history, no spike";
  EXPECT_EQ(replayed.hours[3].mark, Verdict::normal);
  EXPECT_EQ(replayed.hours[4].mark, Verdict::normal);
  EXPECT_DOUBLE_EQ(replayed.hours[4].law.mean, 11);
  EXPECT_EQ(replayed.hours[5].mark, Verdict::spike);
  judging.history = 25 * one_hour;  // yesterday alone
  EXPECT_DOUBLE_EQ(replay(hours, judging).hours.back().law.mean, 16);
}

TEST(simple_rule, one_calm_hour_does_not_end_an_alert_and_two_do) {
  const auto hours = after_a_calm_week({20, 10, 30, 10, 10, 20, 10, 10, 40});
  const std::vector<VolumeAlert> alerts = replay_incidents(hours, simple);
  ASSERT_EQ(alerts.size(), 3u);
  const TimePoint first = hours[7 * day_hours].hour;
  EXPECT_EQ(alerts[0].from, first);
  EXPECT_EQ(alerts[0].to, first + 2 * one_hour);
  EXPECT_EQ(alerts[0].peak, first + 2 * one_hour);
  EXPECT_EQ(alerts[0].peak_count, 30);
  EXPECT_EQ(alerts[0].total, 60) << "the calm hour between is one of its hours";
  EXPECT_DOUBLE_EQ(alerts[0].total_expected, 30);
  EXPECT_EQ(alerts[0].end, AlertEnd::calm);
  EXPECT_EQ(alerts[1].total, 20);
  EXPECT_EQ(alerts[1].end, AlertEnd::calm);
  EXPECT_EQ(alerts[2].end, AlertEnd::open);
}

TEST(simple_rule, an_alert_is_over_with_two_calm_hours_or_a_gap_after_it) {
  const auto end_of = [](const std::vector<HourCount>& hours) {
    return replay_incidents(hours, simple).back().end;
  };
  EXPECT_EQ(end_of(after_a_calm_week({20, 10})), AlertEnd::open);
  EXPECT_EQ(end_of(after_a_calm_week({20, 10, 10})), AlertEnd::calm);
  auto hours = after_a_calm_week({20});
  hours.push_back({hours.back().hour + 7 * one_hour, 10});
  EXPECT_EQ(end_of(hours), AlertEnd::calm);
  hours.back().count = 20;
  EXPECT_EQ(replay_incidents(hours, simple).size(), 2u) << "what was between is not known";
}

// One looks at blocks of hours and keeps nothing of them, the other at one after the other.
TEST(simple_rule, alerts_alone_are_those_of_the_whole_replay) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Simulated world = simulate({.mean = 3, .timezone = "Europe/Berlin"}, 3000, seed);
    std::mt19937_64 random(seed);
    std::vector<HourCount> hours;
    for (const HourCount& one : world.hours) {
      if (random() % 10 > 0) hours.push_back(one);
    }
    hours.resize(std::min<size_t>(hours.size(), 1024 * (seed % 3)));
    DetectorConfig judging = simple;
    judging.timezone = "Europe/Berlin";
    const Replay whole = replay(hours, judging);
    const std::vector<VolumeAlert> alone = replay_incidents(hours, judging);
    ASSERT_EQ(alone.size(), whole.incidents.size());
    size_t spikes = 0;
    for (size_t i = 0; i < alone.size(); ++i) {
      EXPECT_EQ(encode(alone[i]), encode(whole.incidents[i]));
      for (const ScoredHour& one : whole.hours) {
        const bool is_inside = one.hour >= alone[i].from && one.hour <= alone[i].to;
        spikes += is_inside && one.mark == Verdict::spike ? 1 : 0;
      }
    }
    const auto is_spike = [](const ScoredHour& one) { return one.mark == Verdict::spike; };
    EXPECT_EQ(spikes, std::count_if(whole.hours.begin(), whole.hours.end(), is_spike))
        << "each is in one alert";
  }
}

}  // namespace
}  // namespace dw
