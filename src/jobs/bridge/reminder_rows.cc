#include "jobs/bridge/reminder_rows.h"

#include "records/joined.h"
#include "sql/reminders.h"

namespace dw {
namespace {

ReminderState state_in(const Row& row, int column) {
  const auto at = [&row](int where) -> std::optional<TimePoint> {
    if (row.integer(where) == 0) return std::nullopt;
    return row.time(where);
  };
  return {at(column), at(column + 1)};
}

/// Adds when each of these tickets was part of an incident.
template <class T>
Result<void> read_joined(ReadDb& db, std::vector<T>& all) {
  std::vector<TicketId> ids;
  for (const T& one : all) ids.push_back(one.ticket);
  DW_TRY(tickets::JoinedSpans spans, tickets::joined_spans(db, ids));
  for (T& one : all) one.wait.joined = std::move(spans[one.ticket]);
  return {};
}

}  // namespace

Result<void> SetReminder::write(Db& db, TimePoint now) const {
  const std::optional<TimePoint> escalated_at =
      what == Reminder::escalate ? std::optional(now) : std::nullopt;
  return db.send(stmt::set_reminder, {ticket, now, escalated_at});
}

Result<void> ForgetReminder::write(Db& db, TimePoint) const {
  return db.send(stmt::forget_reminder, {ticket});
}

namespace bridge {

Result<std::vector<WaitingThread>> waiting_threads(ReadDb& db, TicketId after, size_t limit) {
  std::vector<WaitingThread> out;
  DW_CHECK(db.run(stmt::waiting_threads, {after, static_cast<int64_t>(limit)}, [&](const Row& row) {
    out.push_back({TicketId{row.integer(0)},
                   {.opened_at = row.time(1)},
                   std::string(row.text(2)),
                   state_in(row, 3)});
  }));
  DW_CHECK(read_joined(db, out));
  return out;
}

Result<ReminderState> reminder_state(ReadDb& db, TicketId ticket) {
  ReminderState state;
  DW_CHECK(db.run(stmt::reminder_of, {ticket}, [&](const Row& row) { state = state_in(row, 0); }));
  return state;
}

Result<std::optional<TimePoint>> reminders_since(ReadDb& db, const std::string& channel) {
  std::optional<TimePoint> since;
  DW_CHECK(db.run(stmt::reminders_since, {channel}, [&](const Row& row) { since = row.time(0); }));
  return since;
}

Result<void> set_reminders_since(Db& db, const std::string& channel,
                                 const std::optional<TimePoint>& since) {
  if (!since) return db.send(stmt::forget_reminders_since, {channel});
  return db.send(stmt::set_reminders_since, {channel, *since});
}

Result<std::vector<FirstReply>> first_replies(ReadDb& db, TimePoint since) {
  std::vector<FirstReply> out;
  DW_CHECK(db.run(stmt::first_replies_since, {since}, [&](const Row& row) {
    const std::string_view source = row.text(1);
    out.push_back({TicketId{row.integer(0)},
                   std::string(source.substr(source.find(':') + 1)),
                   {.opened_at = row.time(2)},
                   row.time(3)});
  }));
  DW_CHECK(read_joined(db, out));
  return out;
}

Result<void> prune_reminders(Db& db, const std::string& tickets) {
  return db.send(stmt::prune_reminders, {tickets});
}

}  // namespace bridge
}  // namespace dw
