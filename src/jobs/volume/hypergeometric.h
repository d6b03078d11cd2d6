// How many of the marked are among the drawn: exact, however few they are.
#pragma once
#include <cstdint>

namespace dw {

/// `drawn` are taken without replacement of `all`, of which `marked` are marked. None is negative.
struct Draw {
  int64_t all = 0, marked = 0, drawn = 0;
};

/// P(X >= count) for the marked among the drawn: the p-value of Fisher's exact test, one-sided.
double hypergeometric_tail(const Draw& draw, int64_t count);

}  // namespace dw
