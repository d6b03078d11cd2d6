#include "jobs/volume/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace dw {
namespace {

/// Tails of a series whose own are heavier than the model says: below 0.02 they go with this power.
/// Each hour is followed by so many that are alike.
TailCorrection learnt(double power, uint64_t seed, int alike = 0) {
  TailCalibration calibration(26 * 168);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int hours = 0; hours < 5000; hours += 1 + alike) {
    const double tail = uniform(random);
    for (int i = 0; i <= alike; ++i) {
      calibration.learn(tail < 0.02 ? 0.02 * std::pow(tail / 0.02, power) : tail);
    }
  }
  return calibration.correction();
}

TEST(calibration, leaves_a_model_that_is_right_as_it_is) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_LE(learnt(1, seed).corrected(1e-4), 2.5e-4) << seed;
  }
}

TEST(calibration, learns_that_rare_tails_are_not_so_rare_here) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const TailCorrection correction = learnt(2.5, seed, 1);
    // What the model calls 3.5e-8 happens once in ten thousand hours.
    const double tail = 0.02 * std::pow(1e-4 / 0.02, 2.5);
    EXPECT_GT(correction.corrected(tail), 1e-6) << "doubt is for the model; " << seed;
    EXPECT_LT(correction.corrected(tail), 3e-4) << seed;
  }
}

// Its hours are not of one burst: each may be far larger than any before.
TEST(calibration, knows_a_series_whose_bursts_are_one_hour_long_and_of_any_size) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(learnt(1, seed).shape, 0) << seed;
    EXPECT_EQ(learnt(2.5, seed, 1).shape, 0) << "bursts of two hours; " << seed;
    const TailCorrection correction = learnt(2.5, seed);
    EXPECT_GT(correction.shape, 0.2) << seed;
    const double tail = 0.02 * std::pow(1e-4 / 0.02, 2.5);
    EXPECT_GT(correction.corrected(tail), 1e-4) << seed;
    EXPECT_LT(correction.corrected(1e-12), 1e-3) << "what is out of all measure stays so; " << seed;
  }
}

TEST(calibration, never_makes_a_tail_smaller_and_can_be_turned_round) {
  for (const int alike : {0, 1}) {
    const TailCorrection correction = learnt(2, 3, alike);
    double last = 1;
    for (const double tail : {0.5, 0.02, 0.01, 1e-3, 1e-5, 1e-9, 1e-15}) {
      const double corrected = correction.corrected(tail);
      EXPECT_GE(corrected, tail);
      EXPECT_LE(corrected, last) << "rarer stays rarer";
      last = corrected;
    }
    for (const double wanted : {1e-2, 1e-3, 1e-4, 1e-6}) {
      EXPECT_NEAR(correction.corrected(correction.before(wanted)) / wanted, 1, 1e-6);
    }
  }
  EXPECT_EQ(learnt(0.5, 4).corrected(1e-4), 1e-4) << "lighter tails change nothing";
}

// A spike that is far out says nothing about ordinary hours, however far it is.
TEST(calibration, is_not_led_astray_by_true_spikes) {
  TailCalibration calibration(26 * 168);
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int i = 0; i < 5000; ++i) calibration.learn(i % 250 == 7 ? 1e-12 : uniform(random));
  EXPECT_LE(calibration.correction().corrected(1e-4), 2.5e-4);
}

}  // namespace
}  // namespace dw
