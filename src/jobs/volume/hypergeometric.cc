#include "jobs/volume/hypergeometric.h"

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

}  // namespace dw
