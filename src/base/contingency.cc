#include "base/contingency.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace dw {
namespace {

double log_choose(int64_t n, int64_t k) {
  const auto log_factorial = [](int64_t value) {
    return boost::math::lgamma(static_cast<double>(value) + 1);
  };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

double term(int64_t observed, double expected) {
  const auto seen = static_cast<double>(observed);
  return observed <= 0 ? 0 : seen * std::log(seen / expected);
}

}  // namespace

double hypergeometric_tail(const Draw& draw, int64_t count) {
  const int64_t least = std::max<int64_t>(0, draw.drawn + draw.marked - draw.all);
  const int64_t most = std::min(draw.marked, draw.drawn);
  if (count <= least) return 1;
  if (count > most) return 0;
  double term = std::exp(log_choose(draw.marked, count) +
                         log_choose(draw.all - draw.marked, draw.drawn - count) -
                         log_choose(draw.all, draw.drawn));
  double sum = 0;
  for (int64_t k = count;; ++k) {
    sum += term;
    if (k == most || term <= sum * 1e-17) return std::min(1.0, sum);
    // P(X = k + 1) / P(X = k)
    term *= static_cast<double>(draw.marked - k) * static_cast<double>(draw.drawn - k) /
            (static_cast<double>(k + 1) *
             static_cast<double>(draw.all - draw.marked - draw.drawn + k + 1));
  }
}

double g_squared(const Draw& draw, int64_t count) {
  const int64_t others = draw.marked - count, not_drawn = draw.all - draw.drawn;
  const auto all = static_cast<double>(draw.all);
  const auto expected = [all](int64_t row, int64_t column) {
    return static_cast<double>(row) * static_cast<double>(column) / all;
  };
  const int64_t unmarked = draw.all - draw.marked;
  return 2 * (term(count, expected(draw.marked, draw.drawn)) +
              term(others, expected(draw.marked, not_drawn)) +
              term(draw.drawn - count, expected(unmarked, draw.drawn)) +
              term(not_drawn - others, expected(unmarked, not_drawn)));
}

}  // namespace dw
