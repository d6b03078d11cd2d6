#include "domain/hours.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

OfficeHours berlin() {
  return *OfficeHours::parse("Europe/Berlin", {"mon", "tue", "wed", "thu", "fri"}, "09:00", "17:00",
                             {"2026-12-25"});
}

bool is_open(const OfficeHours& hours, const char* at) {
  return hours.is_open_at(*from_rfc3339(at));
}

TEST(Hours, the_first_minute_is_inside_and_the_last_one_outside) {
  EXPECT_FALSE(is_open(berlin(), "2026-11-23T07:59:59Z"));
  EXPECT_TRUE(is_open(berlin(), "2026-11-23T08:00:00Z"));
  EXPECT_TRUE(is_open(berlin(), "2026-11-23T15:59:59Z"));
  EXPECT_FALSE(is_open(berlin(), "2026-11-23T16:00:00Z"));
}

TEST(Hours, summer_time_moves_them_with_the_clock_on_the_wall) {
  EXPECT_TRUE(is_open(berlin(), "2026-07-06T07:00:00Z"));
  EXPECT_FALSE(is_open(berlin(), "2026-07-06T15:00:00Z"));
}

TEST(Hours, weekends_and_holidays_are_closed_by_the_local_date) {
  EXPECT_FALSE(is_open(berlin(), "2026-11-21T10:00:00Z"));
  EXPECT_FALSE(is_open(berlin(), "2026-12-25T10:00:00Z"));
  EXPECT_TRUE(is_open(berlin(), "2026-12-24T10:00:00Z"));
}

TEST(Hours, a_night_shift_belongs_to_the_day_on_which_it_begins) {
  const OfficeHours night = *OfficeHours::parse("UTC", {"fri"}, "22:00", "06:00", {});
  EXPECT_TRUE(is_open(night, "2026-11-20T23:00:00Z"));
  EXPECT_TRUE(is_open(night, "2026-11-21T05:59:00Z"));
  EXPECT_FALSE(is_open(night, "2026-11-21T23:00:00Z"));
  EXPECT_FALSE(is_open(night, "2026-11-20T05:00:00Z"));
}

TEST(Hours, everything_that_is_wrong_is_said_at_once) {
  const auto bad = OfficeHours::parse("Nowhere", {"noday"}, "9", "25:00", {"25/12/2026"});
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().problems.size(), 5U);
  for (const char* time : {"9a:00", "0x:00", "09:3x", "-1:00", "24:01"}) {
    EXPECT_FALSE(OfficeHours::parse("UTC", {"mon"}, time, "17:00", {}).ok()) << time;
  }
  EXPECT_TRUE(OfficeHours::parse("UTC", {"mon"}, "00:00", "24:00", {}).ok());
}

TEST(Hours, spans_and_local_times_read_as_people_say_them) {
  EXPECT_EQ(span_text(Millis(90'000)), "1 min");
  EXPECT_EQ(span_text(Millis(7'500'000)), "2 h 5 min");
  EXPECT_EQ(span_text(Millis(352'800'000)), "4 d 2 h");
  EXPECT_EQ(local_text(*from_rfc3339("2026-11-20T08:05:00Z"), "Europe/Berlin"), "Fri 20 Nov 09:05");
}

}  // namespace
}  // namespace dw
