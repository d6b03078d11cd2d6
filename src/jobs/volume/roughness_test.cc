#include "jobs/volume/roughness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace dw {
namespace {

/// Squares of normal distances whose variance is `law` of hour of day and mean.
template <class Law>
Roughness learnt(int days, double error, const Law& law) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  Roughness out;
  for (int hour = 0; hour < days * 24; ++hour) {
    const int of_day = hour % 24;
    // Large at noon on some days and small on others: size and hour of day are not the same.
    const double mean = (of_day < 8 ? 5 : 50) * (hour / 24 % 2 == 0 ? 1 : 0.5);
    const double distance = normal(random);
    out.learn({of_day, mean, error}, distance * distance * law(of_day, mean), 1);
  }
  return out;
}

TEST(roughness, knows_nothing_at_first) {
  EXPECT_DOUBLE_EQ(Roughness().of({3, 20, 1}), 1);
}

TEST(roughness, an_hour_of_day_is_as_rough_as_its_squares_say) {
  const Roughness seen = learnt(140, 0, [](int of_day, double) { return of_day == 3 ? 9.0 : 1; });
  EXPECT_GT(seen.of({3, 5, 0}), 3);
  EXPECT_NEAR(seen.of({15, 50, 0}), 0.75, 0.2);
}

TEST(roughness, two_weeks_tell_that_small_hours_are_rougher) {
  const Roughness seen = learnt(14, 0, [](int, double mean) { return 50 / mean; });
  EXPECT_GT(seen.of({3, 2.5, 0}), 2 * seen.of({12, 50, 0}));
  EXPECT_GT(seen.of({12, 5, 0}), seen.of({12, 50, 0}))
      << "an hour of day that is small for once, too";
}

TEST(roughness, hours_that_are_alike_stay_alike) {
  const Roughness seen = learnt(14, 0, [](int, double) { return 1.0; });
  EXPECT_NEAR(seen.of({3, 2.5, 0}), 1, 0.3);
  EXPECT_NEAR(seen.of({12, 50, 0}), 1, 0.3);
}

TEST(roughness, sizes_that_are_errors_of_means_tell_nothing) {
  const double spread = 0.25 * std::pow(std::log(10.0), 2);  // of the sizes above, and a bit more
  const Roughness seen = learnt(14, 4 * spread, [](int, double mean) { return 50 / mean; });
  EXPECT_DOUBLE_EQ(seen.of({12, 25, 0}), seen.of({12, 50, 0}));
}

}  // namespace
}  // namespace dw
