#include "app/volume_files.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(volume_files, holidays_are_those_of_the_hours_unless_the_volume_has_its_own) {
  Settings settings;
  settings.hours.holidays = {"2026-12-25", "2026-12-26"};
  EXPECT_EQ(load_judging(settings)->holidays.size(), 2u);
  settings.volume.holidays = {"2026-10-03"};
  EXPECT_EQ(load_judging(settings)->holidays.size(), 1u);
}

}  // namespace
}  // namespace dw
