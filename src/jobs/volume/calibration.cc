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
/// Hours alone with a tail that is heavier than this are of a series whose bursts have no scale.
constexpr double index_expected = 1.15, shape_gain = 10, shape_max = 0.5;

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
  const double beyond = shape > 0 ? std::pow(1 + shape * std::log(start / tail) / index, -1 / shape)
                                  : std::pow(tail / start, 1 / index);
  return std::max(tail, std::min(start, share * beyond));
}

double TailCorrection::before(double corrected) const {
  if (corrected >= start) return corrected;
  const double digits = std::log(share / corrected);
  const double excess = shape > 0 ? std::expm1(shape * digits) / shape : digits;
  return std::min(corrected, start * std::exp(-excess * index));
}

TailCalibration::TailCalibration(double half_life) : fade_(std::exp2(-1 / half_life)) {}

void TailCalibration::learn(double tail, bool is_of_incident) {
  const bool is_beyond = tail < start;
  const double excess = is_beyond && tail > cut ? std::log(start / tail) : 0;
  if (waiting_ > 0 && !is_beyond) alone_.add(waiting_);
  waiting_ = was_beyond_ || is_of_incident ? 0 : excess;
  was_beyond_ = is_beyond;
  if (is_of_incident) return;
  hours_ = hours_ * fade_ + 1;
  beyond_ = beyond_ * fade_ + (is_beyond ? 1 : 0);
  all_.fade(fade_);
  alone_.fade(fade_);
  if (excess > 0) all_.add(excess);
  if (!is_beyond && --until_solved_ > 0) return;
  until_solved_ = solve_every;
  solve();
}

double TailCalibration::Excess::index() const {
  static const double believed = mean_below_cut(1);
  const double weight = seen + beyond_believed;
  const double mean = (sum + beyond_believed * believed) / weight;
  return std::max(1.0, index_of(mean - doubt * mean / std::sqrt(weight)));
}

void TailCalibration::solve() {
  const double hours = hours_ + hours_believed;
  const double share = (beyond_ + hours_believed * start) / hours;
  correction_.share = std::clamp(share - doubt * std::sqrt(share / hours), start, share_max);
  correction_.index = all_.index();
  correction_.shape = std::clamp(shape_gain * (alone_.index() - index_expected), 0.0, shape_max);
}

}  // namespace dw
