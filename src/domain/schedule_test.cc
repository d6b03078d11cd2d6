#include "domain/schedule.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(next("30 2 31 2 *", "2026-11-21T00:00:00Z"), "never");
}

TEST(Schedules, daylight_saving_neither_skips_nor_doubles) {
  // Berlin, 2026-03-29: 02:00 becomes 03:00. 02:30 does not exist and is due after the gap.
  EXPECT_EQ(next("daily 02:30", "2026-03-28T12:00:00Z", "Europe/Berlin"), "2026-03-29T01:00");
  // Berlin, 2026-10-25: 03:00 becomes 02:00. 02:30 comes twice and is due the first time.
  EXPECT_EQ(next("daily 02:30", "2026-10-24T12:00:00Z", "Europe/Berlin"), "2026-10-25T00:30");
  EXPECT_EQ(next("daily 02:30", "2026-10-25T00:30:00Z", "Europe/Berlin"), "2026-10-26T01:30");
  EXPECT_EQ(next("mon 09:00", "2026-11-21T00:00:00Z", "America/New_York"), "2026-11-23T14:00");
}

TEST(Schedules, what_is_no_schedule_says_what_is_allowed) {
  for (const char* wrong : {"", "soon", "mon", "mon 9", "daily 25:00", "hourly 5", "* * * *",
                            "60 * * * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"}) {
    EXPECT_NE(next(wrong, "2026-11-21T00:00:00Z").find("daily 09:00"), std::string::npos) << wrong;
  }
  EXPECT_FALSE(is_timezone("Mars/Olympus"));
}

}  // namespace
}  // namespace dw
