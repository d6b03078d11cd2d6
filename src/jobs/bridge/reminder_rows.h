// What was reminded of, which threads wait for a first reply, and which replies came since a time.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jobs/bridge/reminders.h"
#include "ports/db.h"
#include "records/tickets.h"

namespace dw {

/// A thread whose ticket waits for its first reply.
struct WaitingThread {
  TicketId ticket;
  TicketWait wait;
  std::string channel;
  ReminderState state;
};

/// The first reply to a ticket that a channel brought.
struct FirstReply {
  TicketId ticket;
  std::string channel;
  TicketWait wait;
  TimePoint at{};
};

/// Writes down that a thread was reminded. An escalation leaves nothing to remind of.
struct SetReminder {
  TicketId ticket;
  Reminder what = Reminder::none;
  Result<void> write(Db& db, TimePoint now) const;
};

/// What was reminded of counts no more: the ticket begins to wait.
struct ForgetReminder {
  TicketId ticket;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace bridge {

/// In the order of their tickets, behind `after`; those that were escalated are left out, and those
/// that are part of an incident.
Result<std::vector<WaitingThread>> waiting_threads(ReadDb& db, TicketId after, size_t limit);
Result<ReminderState> reminder_state(ReadDb& db, TicketId ticket);
/// Since when a channel is reminded.
Result<std::optional<TimePoint>> reminders_since(ReadDb& db, const std::string& channel);
/// The first call stands; one without a time ends it.
Result<void> set_reminders_since(Db& db, const std::string& channel,
                                 const std::optional<TimePoint>& since);
Result<std::vector<FirstReply>> first_replies(ReadDb& db, TimePoint since);
/// Of tickets that go next: a JSON list of ids.
Result<void> prune_reminders(Db& db, const std::string& tickets);

}  // namespace bridge

}  // namespace dw
