#include "jobs/volume/calibration.h"

#include <algorithm>
#include <cmath>

namespace dw {
namespace {

/// Tails below this are of interest; the correction goes on from there by a power law.
constexpr double start = 0.02;
/// What is rarer may be a true spike and says nothing about the series' own tail: the estimate is
/// that of a distribution cut off there.
constexpr double cut = 1e-4;
const double span = std::log(start / cut);
/// Hours, and hours beyond the start, of belief that the model is right.
constexpr double hours_believed = 500, beyond_believed = 20;
/// Only what lies beyond so many standard errors is held against the model.
constexpr double doubt = 1;
constexpr double share_max = 0.2, index_max = 6;
constexpr int solve_every = 24;

/// The mean of an exponential variable of mean `index` that is cut off at `span`.
double mean_below_cut(double index) {
  return index - span / std::expm1(span / index);
}

/// The index whose mean that is: the mean ascends with it.
double index_of(double mean) {
  double low = 0.2, high = index_max;
  for (int i = 0; i < 20; ++i) {
    const double middle = (low + high) / 2;
    (mean_below_cut(middle) < mean ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double TailCorrection::corrected(double tail) const {
  if (tail >= start) return tail;
  return std::max(tail, std::min(start, share * std::pow(tail / start, 1 / index)));
}

double TailCorrection::before(double corrected) const {
  if (corrected >= start) return corrected;
  return std::min(corrected, start * std::pow(corrected / share, index));
}

TailCalibration::TailCalibration(double half_life) : fade_(std::exp2(-1 / half_life)) {}

void TailCalibration::learn(double tail) {
  hours_ = hours_ * fade_ + 1;
  beyond_ *= fade_;
  excess_ *= fade_;
  excess_seen_ *= fade_;
  const bool is_beyond = tail < start;
  if (is_beyond) {
    beyond_ += 1;
    if (tail > cut) {
      excess_ += std::log(start / tail);
      excess_seen_ += 1;
    }
  }
  if (!is_beyond && --until_solved_ > 0) return;
  until_solved_ = solve_every;
  solve();
}

void TailCalibration::solve() {
  const double hours = hours_ + hours_believed;
  const double share = (beyond_ + hours_believed * start) / hours;
  correction_.share = std::clamp(share - doubt * std::sqrt(share / hours), start, share_max);
  static const double believed = mean_below_cut(1);
  const double seen = excess_seen_ + beyond_believed;
  const double mean = (excess_ + beyond_believed * believed) / seen;
  correction_.index = std::max(1.0, index_of(mean - doubt * mean / std::sqrt(seen)));
}

}  // namespace dw
