// A judge who knows the form of a law and learns its parameters from the counts before an hour.
#pragma once
#include <cstdint>
#include <vector>

namespace dw {

/// A count in its hour of the week, 0 to 167.
struct SeenHour {
  int hour_of_week = 0;
  int64_t count = 0;
};

/// P(X >= count) in that hour, for one who knows: the law is negative binomial, its mean an hour of
/// day times a factor of the weekday, which nothing moves; one dispersion holds for all hours; none
/// of `past` is out of line. The mean is fitted by maximum likelihood at each dispersion of a row,
/// with its own error (Laplace); the tail is averaged over both by how likely they are.
double learner_tail(const std::vector<SeenHour>& past, int hour_of_week, int64_t count);

}  // namespace dw
