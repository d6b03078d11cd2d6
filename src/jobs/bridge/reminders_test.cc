#include "jobs/bridge/reminders.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TimePoint at(const char* text) {
  return *from_rfc3339(text);
}

const OfficeHours& office() {
  static const OfficeHours hours = *OfficeHours::parse(
      "Europe/Berlin", {"mon", "tue", "wed", "thu", "fri"}, "09:00", "17:00", {"2026-12-25"});
  return hours;
}

BridgeSettings bridge_of(int remind_minutes, int escalate_minutes) {
  BridgeSettings out;
  out.oncall = "sre";
  out.remind = std::chrono::minutes(remind_minutes);
  out.escalate = std::chrono::minutes(escalate_minutes);
  return out;
}

Reminder due(const OfficeHours* hours, const BridgeSettings& bridge, const char* opened,
             const char* now, ReminderState state = {},
             const char* since = "2026-01-01T00:00:00Z") {
  return due_reminder(bridge, WaitingClock(hours), at(opened), state, at(since), at(now));
}

constexpr const char* friday = "2026-11-20T15:50:00Z";  // 16:50 in Berlin

TEST(Reminders, a_ticket_of_friday_evening_is_due_on_monday_morning) {
  const BridgeSettings bridge = bridge_of(30, 60);
  EXPECT_EQ(due(&office(), bridge, friday, "2026-11-20T17:00:00Z"), Reminder::none);
  EXPECT_EQ(due(&office(), bridge, friday, "2026-11-23T08:19:59Z"), Reminder::none);
  EXPECT_EQ(due(&office(), bridge, friday, "2026-11-23T08:20:00Z"), Reminder::remind);
  EXPECT_EQ(due(nullptr, bridge, friday, "2026-11-20T16:20:00Z"), Reminder::remind)
      << "without office hours every hour counts";
}

TEST(Reminders, nothing_is_mentioned_outside_the_hours_even_if_it_fell_due_before) {
  const BridgeSettings bridge = bridge_of(30, 60);
  EXPECT_EQ(due(&office(), bridge, "2026-11-20T09:00:00Z", "2026-11-21T09:00:00Z"), Reminder::none);
  EXPECT_EQ(due(&office(), bridge, "2026-11-20T09:00:00Z", "2026-11-23T09:00:00Z"),
            Reminder::escalate);
}

TEST(Reminders, each_comes_once_and_the_escalation_alone_where_both_are_due) {
  const BridgeSettings bridge = bridge_of(30, 60);
  const ReminderState reminded{.reminded_at = at("2026-11-23T08:20:00Z")};
  EXPECT_EQ(due(&office(), bridge, friday, "2026-11-23T08:49:00Z", reminded), Reminder::none);
  EXPECT_EQ(due(&office(), bridge, friday, "2026-11-23T08:50:00Z", reminded), Reminder::escalate);
  EXPECT_EQ(due(&office(), bridge, friday, "2026-11-23T12:00:00Z"), Reminder::escalate)
      << "Deskwire was down when the first was due";
  const ReminderState escalated{.reminded_at = {}, .escalated_at = at("2026-11-23T12:00:00Z")};
  EXPECT_EQ(due(&office(), bridge, friday, "2026-11-24T12:00:00Z", escalated), Reminder::none);
}

TEST(Reminders, one_without_the_other) {
  EXPECT_EQ(due(nullptr, bridge_of(30, 0), friday, "2026-11-30T12:00:00Z"), Reminder::remind);
  EXPECT_EQ(due(nullptr, bridge_of(0, 60), friday, "2026-11-20T16:20:00Z"), Reminder::none);
  EXPECT_EQ(due(nullptr, bridge_of(0, 60), friday, "2026-11-20T16:50:00Z"), Reminder::escalate);
  EXPECT_EQ(due(nullptr, bridge_of(0, 0), friday, "2026-11-30T12:00:00Z"), Reminder::none);
}

TEST(Reminders, what_fell_due_before_a_bridge_was_told_to_remind_is_not_mentioned) {
  const BridgeSettings bridge = bridge_of(30, 60);
  const char* since = "2026-11-20T16:30:00Z";
  EXPECT_EQ(due(nullptr, bridge, friday, "2026-11-20T16:31:00Z", {}, since), Reminder::none);
  EXPECT_EQ(due(nullptr, bridge, friday, "2026-11-20T16:50:00Z", {}, since), Reminder::escalate);
}

}  // namespace
}  // namespace dw
