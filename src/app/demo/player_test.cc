#include "app/demo/player.h"

#include <gtest/gtest.h>

namespace dw::demo {
namespace {

std::vector<Happening> day_of(std::initializer_list<int> minutes) {
  std::vector<Happening> out;
  for (const int minute : minutes) {
    out.push_back({.minute = minute, .incident = "INC" + std::to_string(minute)});
  }
  return out;
}

TEST(Player, plays_what_falls_due_at_its_speed) {
  Player player(day_of({10, 480, 482, 490}), 480);
  player.play_at(60);
  EXPECT_EQ(player.advance(Millis(0)).size(), 1U) << "the morning's first";
  EXPECT_TRUE(player.advance(Millis(1'999)).empty());
  EXPECT_EQ(player.advance(Millis(1)).at(0).incident, "INC482");
  player.play_at(1);
  EXPECT_TRUE(player.advance(Millis(60'000)).empty());
  EXPECT_EQ(player.minute(), 483);
}

TEST(Player, stands_still_at_no_speed) {
  Player player(day_of({480}), 480);
  player.play_at(0);
  EXPECT_TRUE(player.advance(Millis(3'600'000)).empty());
  player.play_at(60);
  EXPECT_EQ(player.advance(Millis(0)).size(), 1U);
}

TEST(Player, a_second_round_has_incidents_of_its_own) {
  Player player(day_of({480}), 480);
  EXPECT_EQ(player.advance(Millis(0)).at(0).incident, "INC480");
  EXPECT_TRUE(player.is_over());
  EXPECT_TRUE(player.advance(Millis(60'000)).empty());
  EXPECT_EQ(player.minute(), 480) << "the clock stops with the day";
  player.again();
  EXPECT_EQ(player.advance(Millis(0)).at(0).incident, "INC480-2");
}

}  // namespace
}  // namespace dw::demo
