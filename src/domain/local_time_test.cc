#include "domain/local_time.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(LocalTime, the_hour_of_day_is_the_same_asked_for_in_a_row_or_alone) {
  for (const char* zone : {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu",
                           "Australia/Lord_Howe", "Asia/Tokyo"}) {
    LocalTime in_a_row(zone), alone(zone);
    const TimePoint from{std::chrono::sys_days(std::chrono::year(2025) / 1 / 1)};
    for (int i = 0; i < 400 * 24; ++i) {
      const TimePoint hour = from + i * std::chrono::hours(1);
      ASSERT_EQ(in_a_row.hour_of_day(hour), alone.at(hour).hour) << zone << ' ' << i;
      if (i % 97 == 0) i += 5;  // gaps
    }
  }
}

}  // namespace
}  // namespace dw
