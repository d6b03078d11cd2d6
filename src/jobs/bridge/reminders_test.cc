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
  return due_reminder(bridge, WaitingClock(hours), {.opened_at = at(opened)}, state, at(since),
                      at(now));
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

TicketWait opened_friday(std::vector<std::pair<const char*, const char*>> joined) {
  TicketWait out{.opened_at = at(friday)};
  for (const auto& [from, until] : joined) {
    out.joined.push_back({at(from), until == nullptr ? TimePoint::max() : at(until)});
  }
  return out;
}

TEST(WaitingClock, stands_still_while_a_ticket_is_part_of_an_incident) {
  const WaitingClock every_hour(nullptr);
  // Waited for 10 minutes, was joined for 40, and goes on with the 10.
  const TicketWait wait = opened_friday({{"2026-11-20T16:00:00Z", "2026-11-20T16:40:00Z"}});
  EXPECT_EQ(every_hour.waited(wait, at("2026-11-20T16:20:00Z")), std::chrono::minutes(10));
  EXPECT_EQ(every_hour.waited(wait, at("2026-11-20T16:50:00Z")), std::chrono::minutes(20));
  EXPECT_EQ(every_hour.due(wait, std::chrono::minutes(5)), at("2026-11-20T15:55:00Z"));
  EXPECT_EQ(every_hour.due(wait, std::chrono::minutes(10)), at("2026-11-20T16:40:00Z"))
      << "at the instant of joining it waits no more";
  EXPECT_EQ(every_hour.due(wait, std::chrono::minutes(30)), at("2026-11-20T17:00:00Z"));
  const TicketWait joined = opened_friday({{"2026-11-20T16:00:00Z", nullptr}});
  EXPECT_FALSE(every_hour.due(joined, std::chrono::minutes(30)));
  EXPECT_EQ(every_hour.waited(joined, at("2026-11-23T16:00:00Z")), std::chrono::minutes(10));
}

TEST(WaitingClock, counts_office_time_on_both_sides_of_an_incident) {
  const WaitingClock hours(&office());
  // Friday 16:50 to 16:55, and Monday from 11:00 on.
  const TicketWait wait = opened_friday({{"2026-11-20T15:55:00Z", "2026-11-23T10:00:00Z"}});
  EXPECT_EQ(hours.waited(wait, at("2026-11-23T10:10:00Z")), std::chrono::minutes(15));
  EXPECT_EQ(hours.due(wait, std::chrono::minutes(30)), at("2026-11-23T10:25:00Z"));
  // A weekend that it spent in an incident took nothing of its office time.
  const TicketWait weekend = opened_friday({{"2026-11-20T17:00:00Z", "2026-11-22T10:00:00Z"}});
  EXPECT_EQ(hours.due(weekend, std::chrono::minutes(30)), at("2026-11-23T08:20:00Z"));
  // Twice, and once before it was opened: it was opened as part of one.
  const TicketWait twice = opened_friday({{"1970-01-01T00:00:00Z", "2026-11-23T08:00:00Z"},
                                          {"2026-11-23T08:05:00Z", "2026-11-23T09:00:00Z"}});
  EXPECT_EQ(hours.waited(twice, at("2026-11-23T09:10:00Z")), std::chrono::minutes(15));
  EXPECT_EQ(hours.due(twice, std::chrono::minutes(15)), at("2026-11-23T09:10:00Z"));
}

TEST(WaitingClock, says_since_when_a_ticket_must_have_waited) {
  const TimePoint monday = at("2026-11-23T08:10:00Z");
  EXPECT_EQ(WaitingClock(&office()).before(monday, std::chrono::minutes(30)),
            at("2026-11-20T15:40:00Z"));
  EXPECT_EQ(WaitingClock(nullptr).before(monday, std::chrono::minutes(30)),
            at("2026-11-23T07:40:00Z"));
  const OfficeHours never = *OfficeHours::parse("UTC", {}, "09:00", "17:00", {});
  EXPECT_EQ(WaitingClock(&never).before(monday, std::chrono::minutes(30)), TimePoint{});
}

TEST(WaitingClock, counts_the_clock_on_the_wall_over_a_change_to_summer_time) {
  const OfficeHours night =
      *OfficeHours::parse("Europe/Berlin", {"sat", "sun"}, "00:00", "24:00", {});
  const WaitingClock clock(&night);
  const TicketWait wait{.opened_at = at("2026-03-29T00:30:00Z")};  // 01:30; 02:00 becomes 03:00
  EXPECT_EQ(clock.waited(wait, at("2026-03-29T01:30:00Z")), std::chrono::hours(2));
  EXPECT_EQ(clock.due(wait, std::chrono::hours(2)), at("2026-03-29T01:30:00Z"));
}

}  // namespace
}  // namespace dw
