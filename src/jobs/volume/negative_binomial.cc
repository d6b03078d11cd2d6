#include "jobs/volume/negative_binomial.h"

#include <algorithm>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace dw {
namespace {

namespace math = boost::math;
/// Values, never exceptions: a tail that underflows is 0.
using Quiet = math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                                     math::policies::pole_error<math::policies::ignore_error>,
                                     math::policies::overflow_error<math::policies::ignore_error>,
                                     math::policies::underflow_error<math::policies::ignore_error>,
                                     math::policies::evaluation_error<math::policies::ignore_error>,
                                     math::policies::promote_double<false>>;

/// Below this a negative binomial can't be told from Poisson, and 1/dispersion loses digits.
constexpr double dispersion_min = 1e-9;
constexpr double count_max = 1e15;

/// Five nodes of Gauss and Hermite for the standard normal.
struct Node {
  double at, weight;
};
constexpr Node nodes[] = {{-2.8569700138728056, 0.011257411327720689},
                          {-1.3556261799742659, 0.22207592200561264},
                          {0, 8.0 / 15},
                          {1.3556261799742659, 0.22207592200561264},
                          {2.8569700138728056, 0.011257411327720689}};
/// Below this the mean counts as known.
constexpr double unknown_min = 1e-7;

double known_upper(double mean, double dispersion, int64_t count) {
  const auto c = static_cast<double>(count);
  if (dispersion < dispersion_min) return math::gamma_p(c, mean, Quiet());
  return math::ibetac(1 / dispersion, c, 1 / (1 + dispersion * mean), Quiet());
}

double known_lower(double mean, double dispersion, int64_t count) {
  const double c = static_cast<double>(count) + 1;
  if (dispersion < dispersion_min) return math::gamma_q(c, mean, Quiet());
  return math::ibeta(1 / dispersion, c, 1 / (1 + dispersion * mean), Quiet());
}

/// The average of a tail over a log-normal mean. Where the counts are Poisson the posterior of the
/// mean is a gamma, around the estimate; where the dispersion rules, it is an inverse gamma, whose
/// own mean lies above the estimate by its relative variance.
template <class Tail>
double averaged(const CountDistribution& law, const Tail& tail) {
  if (law.unknown < unknown_min) return tail(law.mean);
  const double spread = std::log1p(law.unknown);
  const double ruled = law.dispersion * law.mean / (1 + law.dispersion * law.mean);
  const double middle = ruled * std::min(law.unknown, 0.1) - spread / 2;
  const double step = std::sqrt(spread);
  double sum = 0;
  for (const Node& node : nodes) {
    sum += node.weight * tail(law.mean * std::exp(middle + step * node.at));
  }
  return sum;
}

/// The greatest or least count on the right side of a monotone test, by doubling and halving.
template <class Test>
int64_t first_true(int64_t guess, const Test& test) {
  int64_t low = -1, high = std::max<int64_t>(guess, 1);  // test(low) is false by contract
  while (!test(high) && static_cast<double>(high) < count_max) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    (test(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

double upper_tail(const CountDistribution& law, int64_t count) {
  if (count <= 0) return 1;
  if (law.mean <= 0) return 0;
  return averaged(law, [&](double mean) { return known_upper(mean, law.dispersion, count); });
}

double lower_tail(const CountDistribution& law, int64_t count) {
  if (count < 0) return 0;
  if (law.mean <= 0) return 1;
  return averaged(law, [&](double mean) { return known_lower(mean, law.dispersion, count); });
}

int64_t upper_limit(const CountDistribution& law, double tail) {
  const double guess = law.mean + 5 * std::sqrt(law.variance()) + 5;
  return first_true(static_cast<int64_t>(std::min(guess, count_max)),
                    [&](int64_t count) { return upper_tail(law, count) < tail; });
}

int64_t lower_limit(const CountDistribution& law, double tail) {
  const auto guess = static_cast<int64_t>(std::min(law.mean, count_max));
  return first_true(guess, [&](int64_t count) { return lower_tail(law, count) >= tail; }) - 1;
}

}  // namespace dw
