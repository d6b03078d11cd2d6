#include "jobs/storm/parent_copies.h"

#include <gtest/gtest.h>

#include "jobs/storm/incident_rows.h"

namespace dw {
namespace {

constexpr TimePoint solved_at{Millis(1'795'000'000'000)};

/// What is planned when the desk says that a watched ticket was solved with a copy.
Plan plan_of_copied() {
  Incident incident;
  incident.group = 3;
  incident.ended_at = solved_at;
  const ParentAtDesk parent{
      .updates_until = {}, .solver = "2", .solver_at = solved_at, .has_answer = true, .answer = 7};
  WatchedMember member;
  member.ticket.id = TicketId{41};
  member.row = {.group = 3, .state = MemberState::watched, .replied_at = {}};
  const json::value body{
      {"answer",
       {{"solutions",
         json::array{{{"audit", "1"}, {"comment", "9"}, {"is_public", true}, {"marker", ""}}}}}}};
  Plan plan;
  plan_copied(plan, JsonView(body), incident, parent, member, solved_at + Millis(20'000));
  return plan;
}

TEST(ParentCopies, a_copy_that_is_found_before_its_thread_reads_it_is_relayed_there) {
  const Plan plan = plan_of_copied();
  ASSERT_EQ(plan.changes.size(), 2U);
  const auto* heard = plan.changes.front().get_if<SetHeard>();
  ASSERT_NE(heard, nullptr);
  EXPECT_EQ(heard->answer, 7);
  CopiedAnswer known{.id = 7, .body = "It is back.", .solver = "2", .heard = heard->state};
  EXPECT_FALSE(copy_heard(known)) << "as any other comment";
  EXPECT_EQ(name_of(heard->state), "heard");
}

TEST(ParentCopies, a_copy_behind_what_deskwire_sent_is_a_second_one) {
  for (const HeardState sent : {HeardState::pending, HeardState::heard}) {
    const auto copy = copy_heard({.id = 7, .body = "", .solver = "2", .heard = sent});
    EXPECT_TRUE(copy && copy->is_second);
  }
  const auto first = copy_heard({.id = 7, .body = "", .solver = "2", .heard = {}});
  EXPECT_TRUE(first && !first->is_second);
  EXPECT_FALSE(copy_heard({.id = 7, .body = "", .solver = "2", .heard = HeardState::refused}));
}

}  // namespace
}  // namespace dw
