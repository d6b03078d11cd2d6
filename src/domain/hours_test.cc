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
  const auto bad = OfficeHours::parse("Nowhere", {"noday"}, "9 am", "25:00", {"25/12/2026"});
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().problems.size(), 5U);
  for (const char* time : {"9a:00", "0x:00", "09:3x", "-1:00", "24:01", "9:5", "090:00", ""}) {
    EXPECT_FALSE(OfficeHours::parse("UTC", {"mon"}, time, "17:00", {}).ok()) << time;
  }
  EXPECT_TRUE(OfficeHours::parse("UTC", {"mon"}, "00:00", "24:00", {}).ok());
}

TEST(Hours, are_written_as_people_write_them_and_as_a_schedule_is) {
  const auto hours = OfficeHours::parse("UTC", {"Monday", "wed-fri"}, "9", "9:30", {});
  ASSERT_TRUE(hours.ok()) << hours.error().text();
  EXPECT_TRUE(is_open(*hours, "2026-11-23T09:00:00Z"));
  EXPECT_FALSE(is_open(*hours, "2026-11-23T09:30:00Z"));
  EXPECT_FALSE(is_open(*hours, "2026-11-24T09:00:00Z")) << "a Tuesday";
  EXPECT_TRUE(is_open(*hours, "2026-11-27T09:29:00Z"));
}

TEST(Hours, spans_and_local_times_read_as_people_say_them) {
  EXPECT_EQ(span_text(Millis(90'000)), "1 min");
  EXPECT_EQ(span_text(Millis(7'500'000)), "2 h 5 min");
  EXPECT_EQ(span_text(Millis(352'800'000)), "4 d 2 h");
  EXPECT_EQ(local_text(*from_rfc3339("2026-11-20T08:05:00Z"), "Europe/Berlin"), "Fri 20 Nov 09:05");
}

Millis minutes(int64_t count) {
  return std::chrono::minutes(count);
}

std::string after(const OfficeHours& hours, const char* from, Millis span) {
  const auto at = hours.after_open(*from_rfc3339(from), span);
  return at ? to_rfc3339(*at) : "never";
}

Millis between(const OfficeHours& hours, const char* from, const char* until) {
  return hours.open_between(*from_rfc3339(from), *from_rfc3339(until));
}

TEST(Hours, office_time_stands_still_at_night_on_days_off_and_on_holidays) {
  // Friday 16:50 in Berlin and half an hour: Monday 09:20.
  EXPECT_EQ(after(berlin(), "2026-11-20T15:50:00Z", minutes(30)), "2026-11-23T08:20:00.000Z");
  EXPECT_EQ(after(berlin(), "2026-11-21T12:00:00Z", minutes(30)), "2026-11-23T08:30:00.000Z");
  // Christmas is a Friday, and the weekend follows.
  EXPECT_EQ(after(berlin(), "2026-12-24T15:50:00Z", minutes(30)), "2026-12-28T08:20:00.000Z");
  EXPECT_EQ(between(berlin(), "2026-11-20T15:50:00Z", "2026-11-23T08:20:00Z"), minutes(30));
  EXPECT_EQ(between(berlin(), "2026-11-20T17:00:00Z", "2026-11-23T07:00:00Z"), minutes(0));
  EXPECT_EQ(between(berlin(), "2026-11-23T09:00:00Z", "2026-11-23T08:00:00Z"), minutes(0));
}

TEST(Hours, what_ends_with_the_office_hours_is_over_when_they_begin_again) {
  EXPECT_EQ(after(berlin(), "2026-11-23T15:30:00Z", minutes(30)), "2026-11-24T08:00:00.000Z");
  EXPECT_EQ(after(berlin(), "2026-11-23T15:30:00Z", minutes(29)), "2026-11-23T15:59:00.000Z");
  EXPECT_EQ(after(berlin(), "2026-11-23T20:00:00Z", minutes(0)), "2026-11-24T08:00:00.000Z");
}

TEST(Hours, a_day_of_office_hours_is_as_long_over_a_change_of_the_clock) {
  // Berlin's clock goes back on Sunday, 25 October 2026: Friday 16:00 to Monday 10:00.
  EXPECT_EQ(after(berlin(), "2026-10-23T14:00:00Z", minutes(120)), "2026-10-26T09:00:00.000Z");
  // And forward on 28 March 2027: Friday is Good Friday's week, no holiday here.
  EXPECT_EQ(after(berlin(), "2027-03-26T15:00:00Z", minutes(120)), "2027-03-29T08:00:00.000Z");
}

TEST(Hours, of_a_night_that_skips_or_repeats_an_hour_the_wall_clock_counts) {
  const OfficeHours night =
      *OfficeHours::parse("Europe/Berlin", {"sat", "sun"}, "22:00", "06:00", {});
  // 28 March 2027, 02:00 becomes 03:00: from 22:00, five hours on the wall are 03:00 there.
  EXPECT_EQ(after(night, "2027-03-27T21:00:00Z", minutes(300)), "2027-03-28T01:00:00.000Z");
  EXPECT_EQ(after(night, "2027-03-27T21:00:00Z", minutes(270)), "2027-03-28T01:00:00.000Z")
      << "half past two is skipped: it is due at the first instant after";
  EXPECT_EQ(between(night, "2027-03-27T21:00:00Z", "2027-03-28T04:00:00Z"), minutes(480));
  // 25 October 2026, 03:00 becomes 02:00: half past two comes twice and is due the first time.
  EXPECT_EQ(after(night, "2026-10-24T20:00:00Z", minutes(270)), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(after(night, "2026-10-25T01:10:00Z", minutes(20)), "2026-10-25T01:30:00.000Z")
      << "from the second ten past two";
  EXPECT_EQ(between(night, "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"), minutes(480));
}

TEST(Hours, without_a_working_day_nothing_is_ever_due) {
  const OfficeHours never = *OfficeHours::parse("UTC", {}, "09:00", "17:00", {});
  EXPECT_EQ(after(never, "2026-11-20T15:50:00Z", minutes(30)), "never");
}

}  // namespace
}  // namespace dw
