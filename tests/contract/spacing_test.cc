#include "net/spacing.h"

#include <gtest/gtest.h>

#include "support/loop_world.h"

namespace dw {
namespace {

// What waits for its place has been noted as begun: after a crash each of them is a doubt, and for
// a receiver without idempotency a question to a person.
TEST(Spacing, few_wait_and_the_rest_are_told_to_come_again_one_after_the_other) {
  LoopWorld world;
  Spacing spacing(world.loop, world.clock, 600);  // every 100 ms
  std::vector<std::optional<std::optional<Millis>>> told(20);
  for (auto& one : told) world.start(spacing.wait(Millis(10'000)), one);
  world.finish();
  size_t waited = 0;
  Millis before{};
  for (const auto& one : told) {
    ASSERT_TRUE(one.has_value());
    if (!one->has_value()) {
      ++waited;
      continue;
    }
    EXPECT_GE(**one, before + Millis(90)) << "each at a time of its own";
    before = **one;
  }
  EXPECT_GE(waited, 2U);
  EXPECT_LE(waited, 3U);
  EXPECT_GE(before, Millis(1'700));
}

TEST(Spacing, nobody_waits_longer_than_he_may) {
  LoopWorld world;
  Spacing spacing(world.loop, world.clock, 60);
  EXPECT_FALSE(world.wait_for(spacing.wait(Millis(500))).has_value());
  EXPECT_TRUE(world.wait_for(spacing.wait(Millis(500))).has_value());
}

}  // namespace
}  // namespace dw
