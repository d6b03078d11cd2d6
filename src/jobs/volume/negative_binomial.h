// Tails of the negative binomial and Poisson distributions, and of their mixtures.
#pragma once
#include <cstdint>

namespace dw {

/// Counts with mean m and variance m + dispersion·m² (0: Poisson), where m itself is known but for
/// a relative variance of `unknown`. The tails are predictive: averaged over what m may be.
struct CountDistribution {
  double mean = 0;
  double dispersion = 0;
  double unknown = 0;

  double variance() const { return mean + (dispersion + unknown) * mean * mean; }
};

/// P(X >= count). 1 for count <= 0.
double upper_tail(const CountDistribution& law, int64_t count);
/// P(X <= count). 0 for count < 0.
double lower_tail(const CountDistribution& law, int64_t count);
/// The least c with P(X >= c) < tail.
int64_t upper_limit(const CountDistribution& law, double tail);
/// The greatest c with P(X <= c) < tail; -1 if even 0 is not that rare.
int64_t lower_limit(const CountDistribution& law, double tail);

}  // namespace dw
