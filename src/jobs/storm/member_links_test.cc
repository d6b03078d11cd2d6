#include "jobs/storm/member_links.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

/// A ticket without a thread, joined to an incident that was answered.
MembershipView joined() {
  MembershipView view;
  view.ticket = Ticket{.id = {41}, .desk = "zendesk", .external = {"4100", ""}};
  view.row = MemberRow{.group = 3, .state = MemberState::joined, .link = MemberLink::linked};
  view.of = Incident{.group = 3, .state = IncidentState::open, .parent = {50}};
  view.of->first_answer_at = TimePoint(Millis(1'000));
  view.parent = Ticket{.id = {50}, .desk = "zendesk", .external = {"3465", ""}};
  return view;
}

json::value said(const char* at, bool is_public, bool is_agent, const char* marker = nullptr) {
  json::object update{{"audit", "1"}, {"at", at}, {"marker", nullptr}};
  if (marker != nullptr) update["marker"] = marker;
  update["comment"] =
      json::object{{"is_public", is_public}, {"author", json::object{{"is_agent", is_agent}}}};
  return update;
}

Plan replies(const MembershipView& view, json::array updates) {
  const json::value answer = json::object{{"updates", std::move(updates)}};
  return plan_replies(JsonView(answer), view);
}

const json::value linked = json::object{{"type", "incident"}, {"problem_id", "3465"}};

TEST(StormMemberLinks,
     what_was_said_on_a_ticket_without_a_thread_is_asked_for_once_it_was_answered) {
  MembershipView view = joined();
  const Plan plan = plan_link_news(JsonView(linked), view);
  ASSERT_EQ(plan.deliveries.size(), 1U);
  EXPECT_EQ(plan.deliveries[0].lane, "storm:replies:41");
  EXPECT_EQ(plan.deliveries[0].answer_kind, storm_replies_kind);
  view.is_asking = true;
  EXPECT_TRUE(plan_link_news(JsonView(linked), view).deliveries.empty());
  view = joined();
  view.link = BridgeLink{.channel = "C1", .thread = "1.1"};
  EXPECT_TRUE(plan_link_news(JsonView(linked), view).deliveries.empty());
  view = joined();
  view.of->first_answer_at.reset();
  EXPECT_TRUE(plan_link_news(JsonView(linked), view).deliveries.empty());
}

TEST(StormMemberLinks, an_end_users_public_words_are_a_reply) {
  const MembershipView view = joined();
  const Plan plan = replies(
      view, {said("2026-11-23T10:00:00Z", true, false), said("2026-11-23T10:05:00Z", true, false),
             said("2026-11-23T10:06:00Z", true, true), said("2026-11-23T10:07:00Z", false, false),
             said("2026-11-23T10:08:00Z", true, false, "d-000001")});
  ASSERT_EQ(plan.changes.size(), 1U);
  const auto* replied = plan.changes[0].get_if<SetReplied>();
  ASSERT_NE(replied, nullptr);
  EXPECT_EQ(replied->at, from_rfc3339("2026-11-23T10:05:00Z"));
  EXPECT_EQ(replied->ticket, TicketId{41});
  MembershipView known = view;
  known.row->replied_at = replied->at;
  EXPECT_TRUE(replies(known, {said("2026-11-23T10:05:00Z", true, false)}).changes.empty());
}

TEST(StormMemberLinks, one_of_an_incident_that_is_over_leaves_without_a_word) {
  MembershipView view = joined();
  view.link = BridgeLink{.channel = "C1", .thread = "1.1"};
  view.row->state = MemberState::ended;
  view.of->state = IncidentState::solved;
  const json::value cut = json::object{{"type", "task"}, {"problem_id", nullptr}};
  const Plan plan = plan_membership(JsonView(cut), view);
  EXPECT_TRUE(plan.deliveries.empty());
  EXPECT_EQ(plan.changes.size(), 4U);
  view.row->link = MemberLink::refused;
  EXPECT_TRUE(plan_membership(JsonView(cut), view).changes.empty()) << "joined here alone";
}

}  // namespace
}  // namespace dw
