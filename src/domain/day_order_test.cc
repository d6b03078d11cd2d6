#include "domain/day_order.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

std::string seen(std::string_view text) {
  const auto date = numeric_date(text);
  if (!date) return "no date";
  if (!date->order) return "either";
  const std::string order = *date->order == DayOrder::day_first ? "day" : "month";
  return (date->is_year_first ? "year, " : "") + order;
}

TEST(day_order, a_number_beyond_twelve_is_a_day) {
  for (const char* text : {"16/11/2026", "16.11.26", "31-1-2026", "16/11/2026 08:15"}) {
    EXPECT_EQ(seen(text), "day") << text;
  }
  for (const char* text : {"11/16/2026", "11-16-26", "1/31/2026", "11/16/2026, 8:15 AM"}) {
    EXPECT_EQ(seen(text), "month") << text;
  }
  EXPECT_EQ(seen("05/11/2026"), "either");
  EXPECT_EQ(seen("2026-11-16T08:00:00Z"), "year, month");
  EXPECT_EQ(seen("2026/16/11"), "year, day");
}

TEST(day_order, what_only_looks_like_a_date_says_nothing) {
  for (const char* text :
       {"", "1041", "10.20.30.40", "10.20.300", "11/16/2026 outage", "16/17/2026", "0/16/2026",
        "11/32/2026", "11/16-2026", "1/16", "192.168.1.1", "11/16/2026 ", "020/11/2026"}) {
    EXPECT_EQ(seen(text), "no date") << text;
  }
}

TEST(day_order, formats_have_an_order_and_can_have_the_other) {
  EXPECT_EQ(numeric_format("%d/%m/%Y %H:%M")->order, DayOrder::day_first);
  EXPECT_EQ(numeric_format("%m-%d-%y")->order, DayOrder::month_first);
  EXPECT_TRUE(numeric_format("%Y-%m-%d")->is_year_first);
  EXPECT_FALSE(numeric_format("%d-%b-%Y"));
  EXPECT_FALSE(numeric_format("%d/%Y/%m"));
  EXPECT_EQ(exchanged("%d/%m/%Y %H:%M"), "%m/%d/%Y %H:%M");
}

}  // namespace
}  // namespace dw
