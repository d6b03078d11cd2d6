#include "bench/volume-quality/learner.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "jobs/volume/negative_binomial.h"

namespace dw {
namespace {

/// Of the logarithm of the mean: the first hour of Monday, the other hours of day, the other
/// weekdays.
constexpr size_t parameters = 1 + 23 + 6;
using Vector = std::array<double, parameters>;
using Matrix = std::array<Vector, parameters>;

/// Which parameters an hour has; the first day and hour have none of their own.
std::vector<size_t> parts_of(int hour_of_week) {
  const auto hour = static_cast<size_t>(hour_of_week % 24);
  const auto weekday = static_cast<size_t>(hour_of_week / 24);
  std::vector<size_t> out{0};
  if (hour > 0) out.push_back(hour);
  if (weekday > 0) out.push_back(23 + weekday);
  return out;
}

/// The lower Cholesky factor, in place.
void factorise(Matrix& matrix) {
  for (size_t i = 0; i < parameters; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = matrix[i][j];
      for (size_t k = 0; k < j; ++k) sum -= matrix[i][k] * matrix[j][k];
      matrix[i][j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / matrix[j][j];
    }
  }
}

Vector solve(const Matrix& factor, Vector right) {
  for (size_t i = 0; i < parameters; ++i) {
    for (size_t k = 0; k < i; ++k) right[i] -= factor[i][k] * right[k];
    right[i] /= factor[i][i];
  }
  for (size_t i = parameters; i-- > 0;) {
    for (size_t k = i + 1; k < parameters; ++k) right[i] -= factor[k][i] * right[k];
    right[i] /= factor[i][i];
  }
  return right;
}

double log_likelihood(double count, double mean, double dispersion) {
  const double shape = 1 / dispersion, spread = 1 + dispersion * mean;
  return std::lgamma(count + shape) - std::lgamma(shape) - std::lgamma(count + 1) -
         shape * std::log(spread) + count * std::log(dispersion * mean / spread);
}

class Fit {
 public:
  Fit(const std::vector<SeenHour>& past, double dispersion, const Vector& start)
      : dispersion_(dispersion), at_(start) {
    for (int step = 0; step < steps; ++step) improve(past);
    for (size_t i = 0; i < parameters; ++i) evidence_ -= std::log(factor_[i][i]);
    for (size_t i = 1; i < parameters; ++i) evidence_ -= 0.5 * ridge * at_[i] * at_[i];
    for (const SeenHour& one : past) {
      evidence_ += log_likelihood(static_cast<double>(one.count),
                                  mean_of(parts_of(one.hour_of_week)), dispersion);
    }
  }

  const Vector& at() const { return at_; }
  /// The logarithm of how likely the dispersion is, but for a constant.
  double evidence() const { return evidence_; }

  double tail(int hour_of_week, int64_t count) const {
    const std::vector<size_t> parts = parts_of(hour_of_week);
    Vector unit{};
    for (const size_t part : parts) unit[part] = 1;
    const Vector solved = solve(factor_, unit);
    double error = 0;
    for (const size_t part : parts) error += solved[part];
    // Five nodes of Gauss and Hermite.
    static constexpr std::array at{-2.8569700138728056, -1.3556261799742659, 0.0,
                                   1.3556261799742659, 2.8569700138728056};
    static constexpr std::array weight{0.011257411327720689, 0.22207592200561264, 8.0 / 15,
                                       0.22207592200561264, 0.011257411327720689};
    double sum = 0;
    for (size_t i = 0; i < at.size(); ++i) {
      const double mean = mean_of(parts) * std::exp(std::sqrt(error) * at[i]);
      sum += weight[i] * upper_tail({mean, dispersion_, 0}, count);
    }
    return sum;
  }

 private:
  static constexpr int steps = 8;
  /// Hours and weekdays are believed to be alike within a factor of e or so.
  static constexpr double ridge = 1, step_max = 2;

  double mean_of(const std::vector<size_t>& parts) const {
    double sum = 0;
    for (const size_t part : parts) sum += at_[part];
    return std::exp(std::clamp(sum, -8.0, 12.0));
  }

  /// One step of Fisher's scoring.
  void improve(const std::vector<SeenHour>& past) {
    Vector score{};
    factor_ = {};
    factor_[0][0] = 1e-6;
    for (size_t i = 1; i < parameters; ++i) {
      factor_[i][i] = ridge;
      score[i] = -ridge * at_[i];
    }
    for (const SeenHour& one : past) {
      const std::vector<size_t> parts = parts_of(one.hour_of_week);
      const double mean = mean_of(parts), spread = 1 + dispersion_ * mean;
      for (const size_t part : parts) {
        score[part] += (static_cast<double>(one.count) - mean) / spread;
        for (const size_t other : parts) factor_[part][other] += mean / spread;
      }
    }
    factorise(factor_);
    const Vector step = solve(factor_, score);
    double largest = step_max;
    for (const double one : step) largest = std::max(largest, std::abs(one));
    for (size_t i = 0; i < parameters; ++i) at_[i] += step[i] * step_max / largest;
  }

  double dispersion_;
  Vector at_;
  Matrix factor_{};
  double evidence_ = 0;
};

}  // namespace

double learner_tail(const std::vector<SeenHour>& past, int hour_of_week, int64_t count) {
  double sum = 0;
  for (const SeenHour& one : past) sum += static_cast<double>(one.count);
  Vector start{std::log((sum + 1) / static_cast<double>(past.size()))};
  std::vector<std::pair<double, double>> found;  // how likely, and the tail
  double best = -INFINITY;
  for (double of_log = std::log(2e-4); of_log < std::log(2.0); of_log += 0.25) {
    const Fit fit(past, std::exp(of_log), start);
    start = fit.at();
    found.emplace_back(fit.evidence(), fit.tail(hour_of_week, count));
    best = std::max(best, fit.evidence());
  }
  double likely = 0, tail = 0;
  for (const auto& [evidence, one] : found) {
    likely += std::exp(evidence - best);
    tail += std::exp(evidence - best) * one;
  }
  return tail / likely;
}

}  // namespace dw
