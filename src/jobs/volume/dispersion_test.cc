#include "jobs/volume/dispersion.h"

#include <gtest/gtest.h>

#include "support/simulated_helpdesk.h"

namespace dw {
namespace {

DispersionEstimate after(int hours, double mean, double dispersion, uint64_t seed,
                         DispersionEstimate estimate = {}) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < hours; ++i) {
    estimate.learn(mean, static_cast<double>(draw_count(mean, dispersion, random)), {}, 1);
  }
  return estimate;
}

TEST(dispersion, is_found_as_it_is) {
  for (const double truth : {0.005, 0.05, 0.2, 1.0}) {
    const DispersionEstimate::Found found = after(2000, 100, truth, 7).found();
    EXPECT_NEAR(found.value / truth, 1, 0.35) << truth;
    EXPECT_LT(found.error, 0.35);
  }
}

TEST(dispersion, of_poisson_counts_is_next_to_nothing) {
  for (const double mean : {2.0, 50.0, 1000.0}) {
    EXPECT_LT(after(1500, mean, 0, 3).found().value * mean, 0.25) << mean;
  }
}

// The weight of an old hour does not hang on what was believed when it was learnt: order is
// nothing.
TEST(dispersion, does_not_depend_on_what_was_believed_first) {
  const double forth = after(300, 300, 0.2, 2, after(300, 300, 0, 1)).found().value;
  const double back = after(300, 300, 0, 1, after(300, 300, 0.2, 2)).found().value;
  EXPECT_NEAR(forth / back, 1, 1e-9);
}

// In the first weeks each mean rests on a few counts. Distances measured in such a mean are larger
// than those in the true one, which is no dispersion of the counts.
TEST(dispersion, of_counts_around_means_that_are_estimated_is_not_inflated) {
  constexpr double mean = 300, truth = 0.17;
  constexpr int counts = 6;
  std::mt19937_64 random(11);
  const auto drawn = [&] { return static_cast<double>(draw_count(mean, truth, random)); };
  double sum = 0;
  constexpr int series = 40;
  for (int s = 0; s < series; ++s) {
    DispersionEstimate estimate;
    for (int i = 0; i < 400; ++i) {
      double total = 0;
      for (int k = 0; k < counts; ++k) total += drawn();
      const MeanError error{.poisson = 1 / total, .over = 1.0 / counts};
      estimate.learn(total / counts, drawn(), error, 1);
    }
    sum += std::log(estimate.found().value / truth) / series;
  }
  EXPECT_NEAR(sum, 0, 0.1);
}

}  // namespace
}  // namespace dw
