#include "jobs/storm/pace.h"

#include <algorithm>

namespace dw {
namespace {

constexpr Millis day{86'400'000};
constexpr int days_max = 28, days_min = 7;
constexpr int64_t excess_min = 5;

}  // namespace

bool is_pace_spike(const std::deque<TimePoint>& earlier, TimePoint now, Millis window,
                   int64_t count) {
  int64_t busiest = 0;
  int days = 0;
  for (int back = 1; back <= days_max; ++back) {
    const TimePoint until = now - back * day, from = until - window;
    // A day before the first ticket says nothing.
    if (earlier.empty() || from < earlier.front()) break;
    ++days;
    const auto first = std::upper_bound(earlier.begin(), earlier.end(), from);
    const auto last = std::upper_bound(first, earlier.end(), until);
    busiest = std::max<int64_t>(busiest, last - first);
  }
  return days >= days_min && count >= 2 * busiest && count >= busiest + excess_min;
}

}  // namespace dw
