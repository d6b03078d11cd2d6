// When a ticket without a first reply is due to be reminded of in its thread, and what was late.
// Pure; the rows are reminder_rows.h's, the thread's side is reminding.cc's.
#pragma once
#include <optional>

#include "config/bridge_section.h"
#include "jobs/bridge/waiting_clock.h"

namespace dw {

enum class Reminder {
  none,
  remind,    ///< "No reply yet after 30m."
  escalate,  ///< "Still no reply after 1h."
};

/// What was mentioned before; absent: not yet.
struct ReminderState {
  std::optional<TimePoint> reminded_at, escalated_at;
};

/// What is due now of a ticket that waits: nothing outside the hours, one thing at a time, and the
/// escalation alone where both are due. What was due before `since` is not.
Reminder due_reminder(const BridgeSettings& bridge, const WaitingClock& clock,
                      const TicketWait& wait, const ReminderState& state, TimePoint since,
                      TimePoint now);

/// How many first replies there were of threads that are reminded, and how many came later than
/// `remind`.
struct ReplyCounts {
  int64_t replies = 0, late = 0;
};

}  // namespace dw
