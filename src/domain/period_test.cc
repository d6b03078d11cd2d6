#include "domain/period.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

int32_t day(std::string_view text) {
  return day_named(text).value();
}

TEST(period, a_week_belongs_to_the_year_of_its_thursday) {
  EXPECT_EQ(period_of(Every::week, day("2026-11-21")), "2026-W47");
  EXPECT_EQ(period_of(Every::week, day("2026-11-22")), "2026-W47");
  EXPECT_EQ(period_of(Every::week, day("2026-11-23")), "2026-W48");
  EXPECT_EQ(period_of(Every::week, day("2027-01-01")), "2026-W53");
  EXPECT_EQ(period_of(Every::week, day("2024-12-30")), "2025-W01");
  EXPECT_EQ(period_of(Every::week, day("1969-12-29")), "1970-W01");
  EXPECT_EQ(period_of(Every::month, day("2026-11-21")), "2026-11");
  EXPECT_EQ(period_of(Every::day, day("2026-11-21")), "2026-11-21");
}

TEST(period, midnight_is_where_the_people_are) {
  const TimePoint at = *from_rfc3339("2026-11-22T23:30:00Z");
  EXPECT_EQ(local_day(at, "UTC"), day("2026-11-22"));
  EXPECT_EQ(local_day(at, "Europe/Berlin"), day("2026-11-23"));
  EXPECT_EQ(local_day(at, "no such zone"), day("2026-11-22"));
}

TEST(period, dates_are_read_as_they_are_written_and_no_other_way) {
  EXPECT_EQ(parse_day("04/07/2021", "%d/%m/%Y"), day("2021-07-04"));
  EXPECT_EQ(parse_day("4/7/2021", "%d/%m/%Y"), day("2021-07-04"));
  EXPECT_EQ(parse_day("29/02/2023", "%d/%m/%Y"), std::nullopt);
  EXPECT_EQ(parse_day("13/13/2023", "%d/%m/%Y"), std::nullopt);
  EXPECT_EQ(parse_day("04/07/21", "%d/%m/%Y"), std::nullopt);
  EXPECT_EQ(parse_day("04/07/2021 ", "%d/%m/%Y"), std::nullopt);
  EXPECT_EQ(parse_day("3-7-2021", "%d/%m/%Y"), std::nullopt);
  EXPECT_EQ(parse_day("02-jul-2021", "%d-%b-%Y"), day("2021-07-02"));
  EXPECT_EQ(parse_day("29/2/2016 04:40", "%d/%m/%Y %H:%M"), day("2016-02-29"));
  EXPECT_EQ(parse_day("", "%d/%m/%Y"), std::nullopt);
  EXPECT_EQ(day_with_month_name(day("2021-07-02")), "02-Jul-2021");
  EXPECT_EQ(day_text(day("1969-12-31")), "1969-12-31");
  EXPECT_EQ(day_text(-719'162), "0001-01-01");
  EXPECT_EQ(day_text(2'932'896), "9999-12-31");
  EXPECT_EQ(day_text(2'932'897), "10000-01-01");
}

TEST(period, names_of_months_halves_of_the_day_and_zones_are_read) {
  EXPECT_EQ(parse_day("16 November 2026", "%d %B %Y"), day("2026-11-16"));
  EXPECT_EQ(parse_day("11/16/26 8:04 PM", "%m/%d/%y %I:%M %p"), day("2026-11-16"));
  EXPECT_EQ(parse_day("16/11/2026 08:04:05.123 +0100", "%d/%m/%Y %H:%M:%S.%f %z"),
            day("2026-11-16"));
  EXPECT_EQ(parse_day("16/11/2026 08:04 p", "%d/%m/%Y %H:%M %p"), std::nullopt);
  EXPECT_EQ(check_day_format("%d %B %Y %p %z %f"), "");
}

TEST(period, iso_dates_are_the_day_that_is_written) {
  for (const char* text : {"2026-11-16", "2026-11-16T23:30:00Z", "2026-11-16 23:30",
                           "2026-11-16T23:30:00.123456+01:00", "2026-11-16T23:30:00-0500",
                           "2026-11-16 23:30:00 UTC", "2026-11-16T23"}) {
    EXPECT_EQ(parse_iso_day(text), day("2026-11-16")) << text;
  }
  for (const char* text :
       {"2026-11-16x", "2026-99-99", "2026-11-16T", "2026-11-16T23:30:00Q", "16-11-2026", ""}) {
    EXPECT_EQ(parse_iso_day(text), std::nullopt) << text;
  }
}

TEST(period, a_format_that_cannot_give_a_day_is_refused) {
  EXPECT_EQ(check_day_format("%d.%m.%y"), "");
  EXPECT_NE(check_day_format("%d.%m"), "");
  EXPECT_NE(check_day_format("%d/%q/%Y"), "");
  EXPECT_NE(check_day_format("%d/%m/%Y%"), "");
}

}  // namespace
}  // namespace dw
