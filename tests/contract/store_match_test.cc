// New tickets and the incidents that are open: what every store must do.
#include "contract/store_world.h"
#include "jobs/storm/incident_rows.h"
#include "jobs/storm/matching.h"
#include "jobs/storm/recurrence.h"

namespace dw {
namespace {

constexpr Millis minute{60'000};
constexpr Millis day{86'400'000};

IncidentWord word(const std::string& text, double weight) {
  return {{.word = text, .tickets = 3, .requesters = 3, .usual = 0, .weight = weight}, false};
}

/// A group of one ticket about "vpn", made one incident; its group.
Result<int64_t> open_vpn(Db& db, TicketId& parent, TicketId& member) {
  DW_TRY(member, open_one(db, "vpn"));
  DW_TRY(parent, open_one(db, "Incident"));
  SeenGroup group{.words = {word("vpn", 60), word("619", 40)},
                  .tickets = {member},
                  .requesters = {},
                  .needed = 1,
                  .since = t0};
  DW_TRY(const int64_t id, storm::add_group(db, group, t0));
  DW_CHECK(OpenIncident{id, parent, "ana", {}}.write(db, t0 + minute));
  return id;
}

/// A new ticket with what the matcher plans for it.
Result<TicketMatch> open_matched(Db& db, const std::string& title, TicketId& id) {
  DW_TRY(id, tickets::reserve_id(db));
  Ticket ticket = ticket_with(id, title);
  ticket.opened_at = t0 + 2 * minute;
  const StormMatcher matcher(day);
  DW_TRY(TicketMatch match, matcher.match(db, ticket));
  DW_CHECK(tickets::open(db, ticket));
  Plan plan;
  if (match.group != 0) matcher.plan(match, id, plan);
  for (const Change& change : plan.changes) DW_CHECK(change.write(db, t0 + 2 * minute));
  EXPECT_EQ(plan.deliveries.size(), match.problem ? 1U : 0U);
  return match;
}

TEST_P(StoreContract, a_new_ticket_joins_an_open_incident_or_may_belong_to_it) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    TicketId parent, member, id, other;
    DW_TRY(TicketMatch none, open_matched(db, "vpn", id));
    EXPECT_EQ(none.group, 0) << "no incident is open";
    DW_TRY(const int64_t group, open_vpn(db, parent, member));
    DW_TRY(const auto open, storm::open_storms(db));
    EXPECT_EQ(open.size(), 1U);
    if (open.size() != 1) return {};
    EXPECT_EQ(open[0].joined_at, t0 + minute);
    EXPECT_EQ(open[0].since, t0);
    DW_TRY(const TicketMatch match, open_matched(db, "vpn", id));
    EXPECT_EQ(match.problem, parent);
    DW_TRY(const auto later, storm::open_storms(db));
    EXPECT_EQ(later.at(0).joined_at, t0 + 2 * minute) << "the time begins anew with each";
    DW_TRY(const auto shown, storm::joined_tickets(db, group, 10));
    EXPECT_EQ(shown.size(), 2U);
    EXPECT_EQ(shown.back().ticket, id);
    EXPECT_EQ(shown.back().how, JoinedHow::matched);
    DW_TRY(const TicketMatch weak, open_matched(db, "619", other));
    EXPECT_EQ(weak.group, group);
    DW_TRY(auto maybe, storm::maybe_tickets(db, group, 10));
    EXPECT_EQ(maybe.size(), 1U);
    if (maybe.size() != 1) return {};
    EXPECT_EQ(maybe[0].ticket, other);
    EXPECT_EQ(maybe[0].why, std::vector<std::string>{"619"});
    // It may be among the tickets of the group, and joins by a person's word alone.
    SeenGroup fresh{.words = {}, .tickets = {other}, .requesters = {}, .needed = 1, .since = t0};
    DW_CHECK(GrowIncident{group, fresh, 1, false}.write(db, t0));
    DW_CHECK(JoinMember{group, other}.write(db, t0));
    DW_TRY(maybe, storm::maybe_tickets(db, group, 10));
    EXPECT_EQ(maybe.size(), 1U);
    // A person adds it: it is listed no more, and not when it leaves again.
    DW_CHECK(AddMember{group, other}.write(db, t0));
    DW_TRY(maybe, storm::maybe_tickets(db, group, 10));
    EXPECT_TRUE(maybe.empty());
    DW_CHECK(RemoveMember{group, other}.write(db, t0));
    DW_TRY(maybe, storm::maybe_tickets(db, group, 10));
    EXPECT_TRUE(maybe.empty());
    DW_CHECK(EndIncident{group, IncidentState::solved, "ana"}.write(db, t0));
    DW_TRY(none, open_matched(db, "vpn", id));
    EXPECT_EQ(none.group, 0) << "it is over";
    return {};
  });
}

TEST_P(StoreContract, of_those_that_might_belong_the_best_are_first_and_solved_ones_gone) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const TicketId first, open_one(db, "a"));
    DW_TRY(const TicketId second, open_one(db, "b"));
    DW_TRY(const TicketId solved, open_one(db, "c"));
    DW_CHECK(tickets::change(db, solved, {.status = Status::solved}, t0));
    DW_CHECK(AddMaybe{3, first, {"619"}, 100}.write(db, t0));
    DW_CHECK(AddMaybe{3, second, {"vpn", "619"}, 400}.write(db, t0));
    DW_CHECK(AddMaybe{3, solved, {"vpn"}, 300}.write(db, t0));
    DW_TRY(auto maybe, storm::maybe_tickets(db, 3, 10));
    EXPECT_EQ(maybe.size(), 2U);
    if (maybe.size() != 2) return {};
    EXPECT_EQ(maybe[0].ticket, second);
    EXPECT_EQ(maybe[0].why, (std::vector<std::string>{"vpn", "619"}));
    EXPECT_EQ(maybe[0].number, std::to_string(second.value));
    DW_TRY(maybe, storm::maybe_tickets(db, 3, 1));
    EXPECT_EQ(maybe.size(), 1U);
    DW_CHECK(storm::prune_maybe_tickets(db, "[" + std::to_string(second.value) + "]"));
    DW_TRY(maybe, storm::maybe_tickets(db, 3, 10));
    EXPECT_EQ(maybe.size(), 1U);
    DW_CHECK(storm::prune_maybe(db, 3));
    DW_TRY(maybe, storm::maybe_tickets(db, 3, 10));
    EXPECT_TRUE(maybe.empty());
    return {};
  });
}

TEST_P(StoreContract, a_ticket_that_was_opened_as_part_of_an_incident_leaves_openly) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    TicketId parent, member, id;
    DW_TRY(const int64_t group, open_vpn(db, parent, member));
    DW_TRY(const TicketMatch match, open_matched(db, "vpn", id));
    EXPECT_TRUE(match.problem);
    DW_CHECK(tickets::change(db, id, {.problem_id = parent}, t0));
    DW_CHECK(RemoveMember{group, id}.write(db, t0));
    DW_CHECK(RemoveMember{group, member}.write(db, t0));
    DW_TRY(const auto leaving, storm::members_in(db, group, MemberState::leaving, 10));
    EXPECT_EQ(leaving.size(), 1U) << "the other one was told of nothing yet";
    if (!leaving.empty()) {
      EXPECT_EQ(leaving[0].ticket.id, id);
    }
    return {};
  });
}

TEST_P(StoreContract, an_open_incident_is_found_by_the_number_that_its_desk_gives_it) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    TicketId here, there, member;
    DW_TRY(const int64_t first, open_vpn(db, here, member));
    DW_TRY(const int64_t second, open_vpn(db, there, member));
    const std::string number = std::to_string(here.value);
    DW_TRY(auto found, storm::group_of_number(db, number, "zendesk"));
    EXPECT_EQ(found, first);
    DW_TRY(const TicketId outside, open_one(db, "at the desk"));
    DW_CHECK(OpenIncident{second, outside, "ana", {}}.write(db, t0));
    DW_CHECK(tickets::change(db, outside, {.external = External{number, "u"}}, t0));
    DW_TRY(found, storm::group_of_number(db, number, "embedded"));
    EXPECT_TRUE(found == first || found == second);
    DW_TRY(found, storm::group_of_number(db, "999", "embedded"));
    EXPECT_EQ(found, 0);
    DW_CHECK(EndIncident{first, IncidentState::solved, "ana"}.write(db, t0));
    DW_TRY(found, storm::group_of_number(db, number, "embedded"));
    EXPECT_EQ(found, second) << "the other one is over";
    return {};
  });
}

TEST_P(StoreContract, an_incident_that_comes_back_names_the_last_one_that_was_solved) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    TicketId parent, member;
    DW_TRY(const int64_t first, open_vpn(db, parent, member));
    SeenGroup later{.words = {word("vpn", 30)},
                    .tickets = {},
                    .requesters = {},
                    .needed = 1,
                    .since = t0 + 3 * day};
    DW_TRY(const int64_t group, storm::add_group(db, later, t0 + 3 * day));
    DW_TRY(auto found, storm::find(db, group));
    DW_TRY(auto earlier, storm::earlier_of(db, *found));
    EXPECT_FALSE(earlier) << "that one is not over";
    DW_CHECK(EndIncident{first, IncidentState::solved, "ana"}.write(db, t0 + 2 * minute));
    DW_TRY(earlier, storm::earlier_of(db, *found));
    EXPECT_TRUE(earlier);
    if (!earlier) return {};
    EXPECT_EQ(earlier->parent, parent);
    EXPECT_EQ(earlier->number, std::to_string(parent.value));
    EXPECT_EQ(time_between(*earlier, *found), 3 * day - 2 * minute);
    DW_TRY(const auto self, storm::find(db, first));
    DW_TRY(earlier, storm::earlier_of(db, *self));
    EXPECT_FALSE(earlier) << "nothing was before the first";
    return {};
  });
}

}  // namespace
}  // namespace dw
