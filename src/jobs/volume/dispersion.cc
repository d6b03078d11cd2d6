#include "jobs/volume/dispersion.h"

#include <algorithm>
#include <cmath>

namespace dw {
namespace {

constexpr double least_value = 2e-5, step = 0.46;  // of the logarithm: up to 5
/// Believed before any count: a fifth, within a factor of four or so.
const double believed_log = std::log(0.2);
constexpr double believed_variance = 2.25;
/// What is believed is never sure enough to hide that counts are Poisson, or to inflate a mean of
/// many.
constexpr double prior_score_max = 0.5, error_max = 0.8;
/// Squares of counts vary more than those of normal variables, and so tell less.
constexpr double temper = 0.7;

double log_at(size_t i) {
  return std::log(least_value) + step * static_cast<double>(i);
}

double prior_score(size_t i) {
  return std::min(prior_score_max, (believed_log - log_at(i)) / believed_variance);
}

/// A distance is measured in an estimated mean, and the mean of 1/m² is more than 1/μ²: by three
/// times the relative variance of the estimate where dispersion rules. Where counts are Poisson
/// the estimate is drawn to its parent, and there is nothing to undo.
double inverse_square(double mean, double dispersion, const MeanError& error) {
  const double ruled = dispersion * mean / (1 + dispersion * mean);
  return 1 + 3 * ruled * std::min(1.0, error.poisson + error.over * dispersion);
}

double error_of(double information) {
  return std::min(error_max, 1 / std::sqrt(information + 1 / believed_variance));
}

}  // namespace

DispersionEstimate::DispersionEstimate() {
  for (size_t i = 0; i < candidates; ++i) values_[i] = std::exp(log_at(i));
}

void DispersionEstimate::learn(double mean, double count, const MeanError& error, double weight) {
  const double distance = (count - mean) / mean;
  const double square = distance * distance;
  const double fixed = 1 / mean + error.poisson + error.prior;
  const double share = 0.5 * weight * temper / (1 + 0.5 / mean);
  for (size_t i = 0; i < candidates; ++i) {
    const double own = values_[i] * (1 + error.over);
    const double expected = (fixed + own) * inverse_square(mean, values_[i], error);
    const double ratio = own / (fixed + own);
    score_[i] += share * (square / expected - 1) * ratio;
    information_[i] += share * ratio * ratio;
  }
}

void DispersionEstimate::fade(double factor) {
  for (size_t i = 0; i < candidates; ++i) {
    score_[i] *= factor;
    information_[i] *= factor;
  }
}

DispersionEstimate::Found DispersionEstimate::found() const {
  // From above: of several solutions the largest.
  size_t i = candidates - 1;
  double above = score_[i] + prior_score(i);
  if (above >= 0) return {values_[i], error_max};
  while (i > 0) {
    --i;
    const double here = score_[i] + prior_score(i);
    if (here >= 0) {
      const double part = here / (here - above);
      const double information = information_[i] + part * (information_[i + 1] - information_[i]);
      return {values_[i] * std::exp(step * part), error_of(information)};
    }
    above = here;
  }
  return {values_[0], error_of(information_[0])};
}

}  // namespace dw
