#include "jobs/volume/holidays.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/text.h"

namespace dw {
namespace {

std::string date_of(int64_t day) {
  return to_rfc3339(TimePoint(std::chrono::days(day))).substr(0, 10);
}

/// The days of 2024 to 2027, parted by spaces.
std::string days_of(const Holidays& holidays) {
  std::vector<std::string> out;
  for (const int64_t day : holidays.days) {
    const std::string date = date_of(day);
    if (date >= "2024" && date < "2028") out.push_back(date);
  }
  return join(out, " ");
}

std::string calendar_of(const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + lines + "END:VCALENDAR\r\n";
}

std::string event_of(const std::string& lines) {
  return calendar_of("BEGIN:VEVENT\r\nUID:1@x\r\n" + lines + "END:VEVENT\r\n");
}

Holidays read(const std::string& text, const std::string& timezone = "Europe/Berlin") {
  Result<Holidays> out = read_holidays(text, timezone);
  EXPECT_TRUE(out.ok()) << out.error().text();
  return out.ok() ? std::move(*out) : Holidays{};
}

TEST(holidays, are_dates_in_any_list) {
  EXPECT_EQ(days_of(read("2026-12-25, 2026-12-26\n2026-01-01;2026-12-25")),
            "2026-01-01 2026-12-25 2026-12-26");
  EXPECT_FALSE(read_holidays("2026-12-25 25.12.2026", "UTC").ok());
  EXPECT_FALSE(read_holidays("2026-02-30", "UTC").ok());
}

TEST(holidays, of_a_calendar_are_on_the_days_that_rfc_5545_says) {
  const struct {
    const char *lines, *days;
  } cases[] = {
      {"DTSTART;VALUE=DATE:19701225\r\nDTEND;VALUE=DATE:19701227\r\nRRULE:FREQ=YEARLY\r\n",
       "2024-12-25 2024-12-26 2025-12-25 2025-12-26 2026-12-25 2026-12-26 2027-12-25 2027-12-26"},
      {"DTSTART;VALUE=DATE:20101125\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\r\n",
       "2024-11-28 2025-11-27 2026-11-26 2027-11-25"},
      {"DTSTART;VALUE=DATE:20240501\r\nDURATION:P2D\r\n", "2024-05-01 2024-05-02"},
      {"DTSTART;VALUE=DATE:20240501\r\nDURATION:P1W\r\nRRULE:FREQ=YEARLY;COUNT=1\r\n",
       "2024-05-01 2024-05-02 2024-05-03 2024-05-04 2024-05-05 2024-05-06 2024-05-07"},
      {"DTSTART;VALUE=DATE:20181003\r\nRRULE:FREQ=YEARLY;UNTIL=20251003\r\n",
       "2024-10-03 2025-10-03"},
      {"DTSTART;VALUE=DATE:20230606\r\nRRULE:FREQ=YEARLY;COUNT=3\r\n", "2024-06-06 2025-06-06"},
      {"DTSTART;VALUE=DATE:20240606\r\nRRULE:FREQ=YEARLY\r\nSTATUS:CANCELLED\r\n", ""},
      {"DTSTART;VALUE=DATE:20240606\r\nRDATE;VALUE=DATE:20250619,20260604\r\n",
       "2024-06-06 2025-06-19 2026-06-04"},
      {"DTSTART;VALUE=DATE:20240815\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20250815\r\n",
       "2024-08-15 2026-08-15 2027-08-15"},
      {"DTSTART;VALUE=DATE:20240229\r\nRRULE:FREQ=YEARLY\r\n", "2024-02-29"},
      {"dtstart;value=date:20240526\r\nrrule:freq=yearly;bymonth=5;byday=-1mo\r\n",
       "2024-05-26 2024-05-27 2025-05-26 2026-05-25 2027-05-31"},
      {"DTSTART;VALUE=DATE:20240815\r\nRRULE:FREQ=YEA\r\n RLY;UNTIL=\r\n\t20250901\r\n"
       "DESCRIPTION:as of old\\n\r\n DTSTART:20300101 is not a property here\r\n",
       "2024-08-15 2025-08-15"},
      {"DTSTART:20240501T220000Z\r\nDTEND:20240502T220000Z\r\n", "2024-05-02"},
      {"DTSTART;TZID=America/New_York:20240704T000000\r\nDTEND;TZID=America/New_York:"
       "20240704T170000\r\n",
       "2024-07-04"},
      {"DTSTART:20241224T120000\r\nDTEND:20241225T000000\r\n", "2024-12-24"},
      {"DTSTART:20241231T180000\r\nDURATION:PT8H\r\nRRULE:FREQ=YEARLY;UNTIL=20251231\r\n"
       "EXDATE;VALUE=DATE:20250101\r\n",
       "2024-12-31 2025-01-01"},
      {"DTSTART;VALUE=DATE:20240501\r\nBEGIN:VALARM\r\nDURATION:P9D\r\nDTSTART:20240909\r\n"
       "END:VALARM\r\n",
       "2024-05-01"},
  };
  for (const auto& one : cases) {
    const Holidays found = read(event_of(one.lines));
    EXPECT_EQ(days_of(found), one.days) << one.lines;
    EXPECT_TRUE(found.unused.empty()) << one.lines << join(found.unused, "\n");
  }
}

TEST(holidays, an_occurrence_that_moved_is_where_it_moved_to) {
  const std::string calendar = calendar_of(
      "BEGIN:VEVENT\r\nUID:a\r\nDTSTART;VALUE=DATE:20240617\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n"
      "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;VALUE=DATE:20250617\r\n"
      "DTSTART;VALUE=DATE:20250618\r\nEND:VEVENT\r\n"
      "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;VALUE=DATE:20260617\r\nSTATUS:CANCELLED\r\n"
      "DTSTART;VALUE=DATE:20260617\r\nEND:VEVENT\r\n");
  EXPECT_EQ(days_of(read(calendar)), "2024-06-17 2025-06-18 2027-06-17");
}

TEST(holidays, a_time_zone_may_be_the_calendar_s_own) {
  const std::string calendar = calendar_of(
      "BEGIN:VTIMEZONE\r\nTZID:Our Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
      "TZOFFSETFROM:-1000\r\nTZOFFSETTO:-1000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
      "BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=\"Our Office\":20240501T130000\r\n"
      "DTEND;TZID=Our Office:20240501T140000\r\nEND:VEVENT\r\n");
  EXPECT_EQ(days_of(read(calendar)), "2024-05-02") << "in Berlin it is after midnight";
}

TEST(holidays, what_can_not_be_used_of_a_calendar_is_said_with_its_line) {
  const std::string good = "DTSTART;VALUE=DATE:20240501\r\n";
  const struct {
    std::string lines;
    const char *says, *days;
  } cases[] = {
      {good + "RRULE:FREQ=YEARLY;BYEASTER=1\r\n", "line 6: rule", "2024-05-01"},
      {good + "DTEND;VALUE=DATE:20240401\r\n", "line 6: \"20240401\" is no end", "2024-05-01"},
      {good + "DURATION:two days\r\n", "line 6: \"two days\"", "2024-05-01"},
      {good + "EXDATE:never\r\n", "line 6: \"never\" is no date", "2024-05-01"},
      {good + "RDATE;VALUE=DATE:20251399\r\n", "line 6: \"20251399\" is no date", "2024-05-01"},
      {good + "so it is\r\n", "line 6: not a property", "2024-05-01"},
      {"DTSTART;TZID=Nowhere:20240501T100000\r\n", "line 5: unknown time zone \"Nowhere\"",
       "2024-05-01"},
      {"DTSTART:19700101T000000\r\nRRULE:FREQ=HOURLY\r\n", "line 6: the event repeats too often",
       ""},
      {"DTSTART;VALUE=DATE:20240101\r\nDTEND;VALUE=DATE:20990101\r\nRRULE:FREQ=YEARLY;COUNT=1\r\n",
       "lasts longer than 366 days", nullptr},
  };
  for (const auto& one : cases) {
    const Holidays found = read(event_of(one.lines));
    ASSERT_EQ(found.unused.size(), 1u) << one.lines << join(found.unused, "\n");
    EXPECT_NE(found.unused[0].find(one.says), std::string::npos) << found.unused[0];
    if (one.days == nullptr) continue;
    EXPECT_EQ(days_of(found), one.days) << one.lines;
  }
  const Holidays partly =
      read(calendar_of("BEGIN:VEVENT\r\nSUMMARY:no start\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n" + good +
                       "END:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20240909\r\n"));
  EXPECT_EQ(days_of(partly), "2024-05-01");
  ASSERT_EQ(partly.unused.size(), 2u);
  for (const char* none : {"", "BEGIN:VEVENT\r\nEND:VEVENT\r\n"}) {
    EXPECT_FALSE(read_holidays(calendar_of(none), "UTC").ok()) << none;
  }
}

}  // namespace
}  // namespace dw
