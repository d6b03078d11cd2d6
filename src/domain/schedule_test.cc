#include "domain/schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace dw {
namespace {

std::string next(const char* written, const char* after, const std::string& zone = "UTC") {
  const Result<Schedule> schedule = Schedule::parse(written);
  if (!schedule.ok()) return schedule.error().what;
  const auto at = schedule->next_after(*from_rfc3339(after), zone);
  return at ? to_rfc3339(*at).substr(0, 16) : "never";
}

TEST(Schedules, words_and_cron_say_when_next) {
  EXPECT_EQ(next("hourly", "2026-11-21T09:00:00Z"), "2026-11-21T10:00");
  EXPECT_EQ(next("hourly :05", "2026-11-21T09:04:59Z"), "2026-11-21T09:05");
  EXPECT_EQ(next("daily 09:00", "2026-11-21T09:00:00Z"), "2026-11-22T09:00");
  EXPECT_EQ(next("mon 09:00", "2026-11-21T00:00:00Z"), "2026-11-23T09:00");
  EXPECT_EQ(next("mon,thu 09:00", "2026-11-23T10:00:00Z"), "2026-11-26T09:00");
  EXPECT_EQ(next("*/15 8-9 * * mon-fri", "2026-11-20T09:45:00Z"), "2026-11-23T08:00");
  EXPECT_EQ(next("0 0 13 * fri", "2026-11-21T00:00:00Z"), "2026-11-27T00:00");
  EXPECT_EQ(next("0 0 29 2 *", "2026-11-21T00:00:00Z"), "2028-02-29T00:00");
  EXPECT_EQ(next("0 0 29 2 *", "2096-03-01T00:00:00Z"), "2104-02-29T00:00");
  EXPECT_EQ(next("monday 8:00", "2026-11-21T00:00:00Z"), "2026-11-23T08:00");
  EXPECT_EQ(next("mon-fri 9:00", "2026-11-20T09:00:00Z"), "2026-11-23T09:00");
  EXPECT_EQ(next("Fri-Sun,wed 09:00", "2026-11-23T09:00:00Z"), "2026-11-25T09:00");
  EXPECT_EQ(next("0 9 * * monday-friday", "2026-11-20T09:00:00Z"), "2026-11-23T09:00");
  EXPECT_EQ(next("0 9 * * fri-sun", "2026-11-21T09:00:00Z"), "2026-11-22T09:00");
  EXPECT_EQ(next("0\t9\t*\t*\tfri-sun", "2026-11-22T09:00:00Z"), "2026-11-27T09:00");
}

TEST(Schedules, daylight_saving_neither_skips_nor_doubles) {
  // Berlin, 2026-03-29: 02:00 becomes 03:00. 02:30 does not exist and is due after the gap.
  EXPECT_EQ(next("daily 02:30", "2026-03-28T12:00:00Z", "Europe/Berlin"), "2026-03-29T01:00");
  // Berlin, 2026-10-25: 03:00 becomes 02:00. 02:30 comes twice and is due the first time.
  EXPECT_EQ(next("daily 02:30", "2026-10-24T12:00:00Z", "Europe/Berlin"), "2026-10-25T00:30");
  EXPECT_EQ(next("daily 02:30", "2026-10-25T00:30:00Z", "Europe/Berlin"), "2026-10-26T01:30");
  EXPECT_EQ(next("mon 09:00", "2026-11-21T00:00:00Z", "America/New_York"), "2026-11-23T14:00");
}

/// How often it is due in a span, and when.
std::vector<std::string> all(const char* written, const char* from, const char* until,
                             const std::string& zone) {
  std::vector<std::string> out;
  const Result<Schedule> schedule = Schedule::parse(written);
  std::optional<TimePoint> at = *from_rfc3339(from);
  while ((at = schedule->next_after(*at, zone)) && *at <= *from_rfc3339(until)) {
    out.push_back(to_rfc3339(*at).substr(11, 5));
  }
  return out;
}

TEST(Schedules, what_runs_all_day_runs_as_often_as_the_clock_passes) {
  using Times = std::vector<std::string>;
  // Berlin, 2026-10-25: from 02:00 to 03:00 twice, which is 00:00 to 02:00 UTC.
  EXPECT_EQ(all("hourly", "2026-10-24T22:59:00Z", "2026-10-25T02:00:00Z", "Europe/Berlin"),
            (Times{"23:00", "00:00", "01:00", "02:00"}));
  EXPECT_EQ(all("*/30 * * * *", "2026-10-24T23:59:00Z", "2026-10-25T02:00:00Z", "Europe/Berlin"),
            (Times{"00:00", "00:30", "01:00", "01:30", "02:00"}));
  EXPECT_EQ(all("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", "Europe/Berlin"),
            (Times{"00:30"}))
      << "a fixed time is due once";
  // Berlin, 2026-03-29: no 02:xx, which would begin at 01:00 UTC.
  EXPECT_EQ(all("15 * * * *", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z", "Europe/Berlin"),
            (Times{"00:15", "01:15"}));
  // Lord Howe Island changes its clocks by half an hour: 02:00 becomes 01:30 on 2026-04-05.
  EXPECT_EQ(
      all("45 * * * *", "2026-04-04T13:30:00Z", "2026-04-04T16:30:00Z", "Australia/Lord_Howe"),
      (Times{"13:45", "14:45", "15:15", "16:15"}));
}

TEST(Schedules, an_interval_is_counted_from_1970_in_every_zone) {
  const Schedule often = Schedule::every(Millis(90'000));
  const auto due = [&](const char* after, const char* zone) {
    const auto at = often.next_after(*from_rfc3339(after), zone);
    return at ? to_rfc3339(*at).substr(0, 19) : "never";
  };
  EXPECT_EQ(due("1970-01-01T00:00:00Z", "UTC"), "1970-01-01T00:01:30");
  EXPECT_EQ(due("2026-11-21T09:00:00Z", "UTC"), "2026-11-21T09:01:30") << "later than `after`";
  EXPECT_EQ(due("2026-11-21T09:00:00.001Z", "UTC"), "2026-11-21T09:01:30");
  EXPECT_EQ(due("2026-11-21T09:01:29.999Z", "UTC"), "2026-11-21T09:01:30");
  // Two replicas, one of which has no such zone, mean the same instant; a clock change is none.
  EXPECT_EQ(due("2026-10-25T00:59:00Z", "Europe/Berlin"), "2026-10-25T01:00:00");
  EXPECT_EQ(due("2026-10-25T00:59:00Z", "Mars/Olympus"), "2026-10-25T01:00:00");
  const auto at = Schedule::every(Millis(0)).next_after(TimePoint(Millis(7)), "UTC");
  EXPECT_EQ(at, TimePoint(Millis(8))) << "no interval does not stand still";
}

TEST(Schedules, a_zone_that_is_misspelt_gets_a_suggestion) {
  EXPECT_EQ(unknown_timezone("Europe/Berln"),
            "unknown time zone \"Europe/Berln\" (did you mean Europe/Berlin?)");
  EXPECT_EQ(unknown_timezone("europe/berlin"),
            "unknown time zone \"europe/berlin\" (did you mean Europe/Berlin?)");
  EXPECT_NE(unknown_timezone("Mars/Olympus Mons, the great one").find("such as"),
            std::string::npos);
}

TEST(Schedules, what_is_no_schedule_says_what_is_allowed) {
  for (const char* wrong :
       {"", "soon", "mon", "mon 9", "daily 25:00", "hourly 5", "* * * *", "60 * * * *", "a * * * *",
        "0 0 31 2 *", "0 0 30,31 feb *", "mon-foo 09:00", "*/0 * * * *", "5-1 * * * *"}) {
    EXPECT_NE(next(wrong, "2026-11-21T00:00:00Z").find("daily 09:00"), std::string::npos) << wrong;
  }
  EXPECT_FALSE(is_timezone("Mars/Olympus"));
  const auto said = [](const char* text) { return next(text, "2026-11-21T00:00:00Z"); };
  EXPECT_TRUE(said("8:00").starts_with("invalid schedule \"8:00\": write \"daily 8:00\" ("));
  EXPECT_TRUE(said("weekly").starts_with("invalid schedule \"weekly\" ("));
  EXPECT_TRUE(said("@daily").starts_with("invalid schedule \"@daily\" ("));
  EXPECT_TRUE(said("someday 9:00").starts_with("invalid weekday \"someday\" ("));
}

}  // namespace
}  // namespace dw
