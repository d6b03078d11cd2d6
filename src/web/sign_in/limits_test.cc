#include "web/sign_in/limits.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dw {
namespace {

struct World {
  ManualClock clock;
  AttemptLimits limits{clock};

  bool may(const SignInAttempt& attempt) { return limits.admit(attempt) == Millis(0); }
  void fail(const SignInAttempt& attempt, int times) {
    for (int i = 0; i < times; ++i) limits.note_failure(attempt);
  }
};

TEST(AttemptLimits, five_failures_in_a_row_lock_the_pair_of_account_and_address) {
  World world;
  const SignInAttempt guess{"203.0.113.9", "ana", ""};
  world.fail(guess, 4);
  EXPECT_TRUE(world.may(guess));
  world.fail(guess, 1);
  EXPECT_FALSE(world.may(guess));
  world.clock.advance(Millis(30'000));
  EXPECT_TRUE(world.may(guess));
  world.fail(guess, 1);
  world.clock.advance(Millis(30'000));
  EXPECT_FALSE(world.may(guess)) << "each further failure locks twice as long";
}

TEST(AttemptLimits, nobody_can_lock_another_person_out) {
  World world;
  world.fail({"203.0.113.9", "ana", ""}, 50);
  EXPECT_TRUE(world.may({"198.51.100.7", "ana", ""})) << "from another address";
  EXPECT_TRUE(world.may({"203.0.113.9", "bob", ""})) << "another account";
  EXPECT_TRUE(world.may({"203.0.113.9", "ana", "d1"})) << "a browser that is known";
  world.fail({"203.0.113.9", "ana", "d1"}, 5);
  EXPECT_FALSE(world.may({"203.0.113.9", "ana", "d1"}));
}

TEST(AttemptLimits, an_address_has_a_budget_over_all_accounts) {
  World world;
  int admitted = 0;
  for (int i = 0; i < 100; ++i) {
    if (world.may({"203.0.113.9", fmt::format("user{}", i), ""})) ++admitted;
  }
  EXPECT_EQ(admitted, 30);
  EXPECT_TRUE(world.may({"203.0.113.9", "ana", "d1"}));
  world.clock.advance(Millis(2000));
  EXPECT_TRUE(world.may({"203.0.113.9", "ana", ""}));
}

TEST(AttemptLimits, a_success_forgets_the_failures_and_memory_is_bounded) {
  World world;
  const SignInAttempt person{"203.0.113.9", "ana", ""};
  world.fail(person, 4);
  world.limits.note_success(person);
  world.fail(person, 4);
  EXPECT_TRUE(world.may(person));
  for (int i = 0; i < 50'000; ++i) {
    world.limits.note_failure(
        {fmt::format("10.{}.{}.{}", i / 65536, i / 256 % 256, i % 256), "ana", ""});
  }
  EXPECT_LE(world.limits.size(), 20'000U);
}

TEST(AttemptLimits, an_ipv6_household_is_one_address) {
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2:ffff::1"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("203.0.113.9"), "203.0.113.9");
}

}  // namespace
}  // namespace dw
