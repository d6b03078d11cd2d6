// Is a mark over-represented among the drawn? Both answers about a 2×2 table: with and without the
// mark, drawn and not drawn.
#pragma once
#include <cstdint>

namespace dw {

/// `drawn` are taken without replacement of `all`, of which `marked` are marked. None is negative.
struct Draw {
  int64_t all = 0, marked = 0, drawn = 0;
};

/// P(X >= count) for the marked among the drawn: the p-value of Fisher's exact test, one-sided.
/// Exact, however few they are.
double hypergeometric_tail(const Draw& draw, int64_t count);

/// Dunning's log-likelihood ratio G² of the table in which `count` of the drawn are marked. It
/// orders what stands out; where the expected counts are below five its normal tail is far too
/// small.
double g_squared(const Draw& draw, int64_t count);

}  // namespace dw
