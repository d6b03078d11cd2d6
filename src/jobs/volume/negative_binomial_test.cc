#include "jobs/volume/negative_binomial.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dw {
namespace {

TEST(negative_binomial, tails_are_sums_of_probabilities) {
  const double mean = 7.5, dispersion = 0.3, size = 1 / dispersion;
  double below = 0;
  for (int count = 0; count <= 40; ++count) {
    EXPECT_NEAR(upper_tail({mean, dispersion}, count), 1 - below, 1e-12) << count;
    below += std::exp(std::lgamma(count + size) - std::lgamma(size) - std::lgamma(count + 1.0) +
                      size * std::log(1 / (1 + dispersion * mean)) +
                      count * std::log(dispersion * mean / (1 + dispersion * mean)));
    EXPECT_NEAR(lower_tail({mean, dispersion}, count), below, 1e-12) << count;
  }
}

TEST(negative_binomial, without_dispersion_it_is_poisson) {
  EXPECT_NEAR(upper_tail({3, 0}, 1), 1 - std::exp(-3.0), 1e-14);
  EXPECT_NEAR(lower_tail({3, 0}, 1), 4 * std::exp(-3.0), 1e-14);
  EXPECT_NEAR(upper_tail({3, 1e-8}, 9), upper_tail({3, 0}, 9), 1e-9);
}

TEST(negative_binomial, limits_are_the_first_counts_that_are_rare) {
  for (const CountDistribution law :
       {CountDistribution{0.2, 0}, CountDistribution{10, 0.1}, CountDistribution{30'000, 0.02},
        CountDistribution{10, 0.1, 0.5}, CountDistribution{1e7, 0}}) {
    const int64_t high = upper_limit(law, 1e-4), low = lower_limit(law, 1e-4);
    EXPECT_LT(upper_tail(law, high), 1e-4);
    EXPECT_GE(upper_tail(law, high - 1), 1e-4);
    EXPECT_LT(lower_tail(law, low), 1e-4);
    EXPECT_GE(lower_tail(law, low + 1), 1e-4);
  }
  EXPECT_EQ(lower_limit({3, 0}, 1e-4), -1);
  EXPECT_EQ(upper_tail({0, 0}, 1), 0);
}

TEST(negative_binomial, a_mean_that_is_not_known_widens_both_tails) {
  const CountDistribution known{50, 0.05}, guessed{50, 0.05, 0.1};
  EXPECT_GT(upper_tail(guessed, 120), 3 * upper_tail(known, 120));
  EXPECT_GT(lower_tail(guessed, 10), 3 * lower_tail(known, 10));
}

}  // namespace
}  // namespace dw
