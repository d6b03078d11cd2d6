#include "jobs/bridge/waiting_clock.h"

#include <algorithm>

namespace dw {

Millis WaitingClock::between(TimePoint from, TimePoint until) const {
  if (until <= from) return Millis(0);
  return hours_ == nullptr ? until - from : hours_->open_between(from, until);
}

Millis WaitingClock::waited(const TicketWait& wait, TimePoint until) const {
  Millis out = between(wait.opened_at, until);
  for (const JoinedSpan& one : wait.joined) {
    out -= between(std::max(one.from, wait.opened_at), std::min(one.until, until));
  }
  return std::max(out, Millis(0));
}

std::optional<TimePoint> WaitingClock::after(TimePoint from, Millis span) const {
  return hours_ == nullptr ? from + span : hours_->after_open(from, span);
}

TimePoint WaitingClock::before(TimePoint until, Millis span) const {
  if (hours_ == nullptr) return until - span;
  constexpr std::chrono::days far{3660};
  Millis back = span;  // no hour counts more than once
  while (between(until - back, until) < span) {
    if (back > far) return TimePoint{};
    back = back * 2 + std::chrono::hours(1);
  }
  TimePoint low = until - back, high = until - span;
  while (high - low > Millis(1)) {
    const TimePoint middle = low + (high - low) / 2;
    (between(middle, until) < span ? high : low) = middle;
  }
  return low;
}

std::optional<TimePoint> WaitingClock::due(const TicketWait& wait, Millis after_waiting) const {
  TimePoint from = wait.opened_at;
  for (const JoinedSpan& one : wait.joined) {
    if (one.until <= from) continue;
    const std::optional<TimePoint> due = after(from, after_waiting);
    if (due && *due < one.from) return due;
    if (one.until == TimePoint::max()) return std::nullopt;
    after_waiting -= between(from, one.from);
    from = one.until;
  }
  return after(from, std::max(after_waiting, Millis(0)));
}

}  // namespace dw
