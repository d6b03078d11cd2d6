#include "jobs/bridge/reminders.h"

#include <algorithm>

namespace dw {

Millis WaitingClock::waited(TimePoint from, TimePoint until) const {
  if (hours_ != nullptr) return hours_->open_between(from, until);
  return std::max(until - from, Millis(0));
}

std::optional<TimePoint> WaitingClock::due(TimePoint from, Millis after) const {
  return hours_ == nullptr ? from + after : hours_->after_open(from, after);
}

Reminder due_reminder(const BridgeSettings& bridge, const WaitingClock& clock, TimePoint opened_at,
                      const ReminderState& state, TimePoint since, TimePoint now) {
  if (state.escalated_at || !clock.is_open_at(now)) return Reminder::none;
  const auto is_due = [&](Millis after) {
    if (after == Millis(0)) return false;
    const std::optional<TimePoint> due = clock.due(opened_at, after);
    return due && *due >= since && *due <= now;
  };
  if (is_due(bridge.escalate)) return Reminder::escalate;
  if (!state.reminded_at && is_due(bridge.remind)) return Reminder::remind;
  return Reminder::none;
}

}  // namespace dw
