#include "domain/day.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

std::string start(const char* at, const char* zone, int days_before = 0) {
  return to_rfc3339(day_start(*from_rfc3339(at), zone, days_before));
}

TEST(Day, begins_at_midnight_of_the_zone) {
  EXPECT_EQ(start("2026-11-21T23:30:00Z", "UTC"), "2026-11-21T00:00:00.000Z");
  EXPECT_EQ(start("2026-11-21T23:30:00Z", "Europe/Berlin"), "2026-11-21T23:00:00.000Z");
  EXPECT_EQ(start("2026-03-30T10:00:00Z", "Europe/Berlin", 1), "2026-03-28T23:00:00.000Z");
  EXPECT_EQ(start("2026-11-21T23:30:00Z", "Nowhere/At_All"), "2026-11-21T00:00:00.000Z");
}

TEST(Day, a_day_without_midnight_begins_after_the_gap) {
  EXPECT_EQ(start("2018-11-04T12:00:00Z", "America/Sao_Paulo"), "2018-11-04T03:00:00.000Z");
}

TEST(Day, times_as_people_give_them) {
  const TimePoint now = *from_rfc3339("2026-11-21T12:00:00Z");
  const auto named = [&](const char* text) {
    const auto at = time_named(text, now, "Europe/Berlin");
    return at ? to_rfc3339(*at) : "none";
  };
  EXPECT_EQ(named("today"), "2026-11-20T23:00:00.000Z");
  EXPECT_EQ(named("7d"), "2026-11-14T23:00:00.000Z");
  EXPECT_EQ(named("2026-11-01"), "2026-10-31T23:00:00.000Z");
  EXPECT_EQ(named("2026-11-01T00:00:00Z"), "2026-11-01T00:00:00.000Z");
  for (const char* wrong : {"", "0d", "d", "7", "yesterday", "99999999999d"}) {
    EXPECT_EQ(named(wrong), "none") << wrong;
  }
}

}  // namespace
}  // namespace dw
