#include "jobs/bridge/reminders.h"

namespace dw {

Reminder due_reminder(const BridgeSettings& bridge, const WaitingClock& clock,
                      const TicketWait& wait, const ReminderState& state, TimePoint since,
                      TimePoint now) {
  if (state.escalated_at || !clock.is_open_at(now)) return Reminder::none;
  const auto is_due = [&](Millis after) {
    if (after == Millis(0)) return false;
    const std::optional<TimePoint> due = clock.due(wait, after);
    return due && *due >= since && *due <= now;
  };
  if (is_due(bridge.escalate)) return Reminder::escalate;
  if (!state.reminded_at && is_due(bridge.remind)) return Reminder::remind;
  return Reminder::none;
}

}  // namespace dw
