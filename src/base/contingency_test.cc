#include "base/contingency.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dw {
namespace {

TEST(hypergeometric, is_what_counting_by_hand_gives) {
  // Two red among four balls, two drawn: 1/6, 4/6, 1/6.
  EXPECT_EQ(hypergeometric_tail(Draw{.all = 4, .marked = 2, .drawn = 2}, 0), 1);
  EXPECT_NEAR(hypergeometric_tail(Draw{.all = 4, .marked = 2, .drawn = 2}, 1), 5.0 / 6, 1e-14);
  EXPECT_NEAR(hypergeometric_tail(Draw{.all = 4, .marked = 2, .drawn = 2}, 2), 1.0 / 6, 1e-14);
  EXPECT_EQ(hypergeometric_tail(Draw{.all = 4, .marked = 2, .drawn = 2}, 3), 0);
}

// Fisher's tea: all four cups of one kind named right, of eight.
TEST(hypergeometric, of_the_lady_and_her_tea) {
  EXPECT_NEAR(hypergeometric_tail(Draw{.all = 8, .marked = 4, .drawn = 4}, 4), 1.0 / 70, 1e-14);
  EXPECT_NEAR(hypergeometric_tail(Draw{.all = 8, .marked = 4, .drawn = 4}, 3), 17.0 / 70, 1e-14);
}

TEST(hypergeometric, where_some_must_be_drawn_and_where_none_is_there) {
  EXPECT_EQ(hypergeometric_tail(Draw{.all = 10, .marked = 8, .drawn = 5}, 3), 1);
  EXPECT_NEAR(hypergeometric_tail(Draw{.all = 10, .marked = 8, .drawn = 5}, 4), 7.0 / 9, 1e-13);
  EXPECT_EQ(hypergeometric_tail(Draw{.all = 10, .marked = 0, .drawn = 5}, 0), 1);
  EXPECT_EQ(hypergeometric_tail(Draw{.all = 10, .marked = 0, .drawn = 5}, 1), 0);
  EXPECT_EQ(hypergeometric_tail(Draw{}, 0), 1);
}

TEST(hypergeometric, falls_far_without_an_end_at_zero) {
  const double tail = hypergeometric_tail(Draw{.all = 1'000'000, .marked = 400, .drawn = 1000}, 60);
  EXPECT_GT(tail, 0);
  EXPECT_LT(tail, 1e-90);
}

TEST(g_squared, is_zero_where_all_is_as_expected_and_grows_from_there) {
  EXPECT_NEAR(g_squared(Draw{.all = 40, .marked = 20, .drawn = 10}, 5), 0, 1e-12);
  // 2·(8·ln 1.6 + 12·ln 0.8 + 2·ln 0.4 + 18·ln 1.2)
  EXPECT_NEAR(g_squared(Draw{.all = 40, .marked = 20, .drawn = 10}, 8), 5.063, 1e-3);
}

TEST(g_squared, of_a_table_with_an_empty_cell_is_finite) {
  EXPECT_NEAR(g_squared(Draw{.all = 4, .marked = 2, .drawn = 2}, 2), 8 * std::log(2.0), 1e-12);
  EXPECT_EQ(g_squared(Draw{.all = 4, .marked = 0, .drawn = 2}, 0), 0);
}

}  // namespace
}  // namespace dw
