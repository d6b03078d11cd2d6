// Whether far more tickets come in than usual at this time of day. Pure.
#pragma once
#include <cstdint>
#include <deque>

#include "base/clock.h"

namespace dw {

/// `count` tickets were written in the `window` before `now`. Of `earlier` ones, ascending, the
/// same time of day counts on each of the last 28 days. It is a spike with twice as many as on the
/// busiest of them, and five more. Never with fewer than seven days to compare with.
bool is_pace_spike(const std::deque<TimePoint>& earlier, TimePoint now, Millis window,
                   int64_t count);

}  // namespace dw
