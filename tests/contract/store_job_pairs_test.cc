// Pairs of verbs from two stores: what jobs keep, and who may come in.
#include "contract/store_pairs.h"
#include "domain/bridge_link.h"
#include "jobs/bridge/rows.h"
#include "jobs/notices/records.h"
#include "jobs/notices/rows.h"
#include "jobs/storm/announcing.h"
#include "jobs/storm/incident_rows.h"
#include "jobs/storm/incident_view.h"
#include "jobs/storm/matching.h"
#include "jobs/tally/records.h"
#include "jobs/tally/rows.h"
#include "jobs/volume/records.h"
#include "jobs/volume/rows.h"
#include "records/accounts.h"
#include "records/links.h"
#include "records/tickets.h"
#include "records/tokens.h"

namespace dw {
namespace {

// The bridge.

Result<void> link_the_thread(Db& db, Side& side) {
  DW_CHECK(links::guard_thread(db, "C1", "1.0"));
  DW_TRY(const auto found, links::of_thread(db, "C1", "1.0"));
  side.meet();
  side.is_first = !found;
  if (found) return {};
  return links::set(db, {.channel = "C1", .thread = "1.0", .ticket = {1 + side.me}, .url = ""});
}

Result<void> one_linked_ticket(Db& db) {
  DW_CHECK(one_ticket(db));
  return links::set(db, {.channel = "C1", .thread = "1.0", .ticket = {1}, .url = ""});
}

/// One comes from the ticket, the other from the thread.
Result<void> change_the_link(Db& db, Side& side) {
  std::optional<BridgeLink> link;
  if (side.me == 0) {
    DW_CHECK(tickets::find(db, {1}));
    DW_TRY(link, links::of_ticket(db, {1}));
  } else {
    DW_CHECK(links::guard_thread(db, "C1", "1.0"));
    DW_TRY(link, links::of_thread(db, "C1", "1.0"));
    DW_CHECK(tickets::find(db, {1}));
  }
  side.meet();
  link->comments_until += side.name();
  return links::set(db, *link);
}

Result<void> both_changes_of_the_link_stand(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto link, links::of_ticket(db, {1}));
  EXPECT_EQ(link->comments_until.size(), 2U);
  return {};
}

Result<void> say_the_same(Db& db, Side& side) {
  DW_TRY(const auto found, bridge::message(db, "C1/1.0"));
  side.meet();
  side.is_first = !found;
  if (found) return {};
  return bridge::set_message(
      db, {.key = "C1/1.0", .kind = "chat.message", .channel = "C1", .thread = "1.0"});
}

Result<void> know_the_same(Db& db, Side& side) {
  DW_TRY(const auto found, bridge::lookup(db, "U7"));
  side.meet();
  side.is_first = !found;
  if (found) return {};
  return bridge::set_lookup(db, {.id = "U7", .body = side.me, .at = t0});
}

Result<void> one_is_known(Db& db) {
  return bridge::set_lookup(db, {.id = "read:C1", .body = 0, .at = t0});
}

Result<void> count_on_what_is_known(Db& db, Side& side) {
  DW_TRY(const auto found, bridge::lookup(db, "read:C1"));
  side.meet();
  return bridge::set_lookup(db, {.id = "read:C1", .body = found->body.as_int64() + 1, .at = t0});
}

Result<void> both_counted(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto found, bridge::lookup(db, "read:C1"));
  EXPECT_EQ(found->body.as_int64(), 2);
  return {};
}

// Volume, notices, tally, access.

VolumeAlert incident_at(TimePoint from) {
  return {.from = from, .to = from, .peak = from, .peak_count = 9};
}

Result<void> find_the_same_incident(Db& db, Side& side) {
  DW_TRY(const auto found, volume::incidents(db, t0 - Millis(1000)));
  side.meet();
  side.is_first = found.empty();
  return found.empty() ? volume::set_incident(db, incident_at(t0)) : Result<void>{};
}

Result<void> one_incident(Db& db) {
  return volume::set_incident(db, incident_at(t0));
}

Result<void> judge_and_say(Db& db, Side& side) {
  DW_TRY(auto found, volume::incident(db, 1));
  side.meet();
  if (side.me == 1) return volume::set_feedback(db, 1, "real", "bea", t0);
  found->peak_count = 10;
  return volume::set_incident(db, *found);
}

Result<void> both_judgements_stand(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto found, volume::incident(db, 1));
  EXPECT_EQ(found->peak_count, 10);
  EXPECT_EQ(found->feedback, "real");
  return {};
}

Result<void> count_again_and_judge(Db& db, Side& side) {
  DW_TRY(const auto hours, volume::hours(db, t0, t0 + Millis(1)));
  side.meet();
  const int64_t count = hours.empty() ? 0 : hours.front().count;
  return volume::set_hours(db, {{t0, count + 1}}, t0);
}

Result<void> both_hours_were_counted(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto hours, volume::hours(db, t0, t0 + Millis(1)));
  EXPECT_EQ(hours.at(0).count, 2);
  return {};
}

Result<void> reserve_the_same(Db& db, Side& side) {
  side.meet();
  DW_TRY(side.is_first, notices::reserve(db, "2026-W47", "ana@x.example", side.me));
  return {};
}

Result<void> move_the_same_ledger(Db& db, Side& side) {
  DW_TRY(const NoticeHistory marks, notices::marks(db));
  side.meet();
  DW_TRY(side.is_first, notices::move_ledger(db, marks.ledger));
  return {};
}

Result<void> both_moved_the_ledger(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const NoticeHistory marks, notices::marks(db));
  EXPECT_EQ(marks.ledger, firsts(sides));
  return {};
}

Result<void> number_a_notice(Db& db, Side& side) {
  DW_TRY(NoticeHistory marks, notices::marks(db));
  side.meet();
  ++marks.notices;
  return notices::set_marks(db, marks);
}

Result<void> two_notices_are_numbered(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const NoticeHistory marks, notices::marks(db));
  EXPECT_EQ(marks.notices, 2);
  return {};
}

Result<void> plan_the_same(Db& db, Side& side) {
  DW_TRY(side.seen, notices::add_run(db, {.state = NoticeState::writing, .period = "2026-W47"}));
  side.meet();
  DW_TRY(side.is_first, notices::finish_plan(db, side.seen, NoticeState::planned));
  return {};
}

Result<void> one_plan_is_left(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto runs, notices::runs(db, {}));
  int planned = 0;
  for (const NoticeRun& run : runs.items) planned += run.state == NoticeState::planned ? 1 : 0;
  EXPECT_EQ(planned, 1);
  return {};
}

Result<void> one_plan(Db& db) {
  DW_CHECK(notices::add_run(db, {.period = "2026-W47"}));  // planned
  return {};
}

Result<void> apply_the_same(Db& db, Side& side) {
  side.meet();
  DW_TRY(side.is_first, notices::begin_run(db, 1, t0));
  return {};
}

Result<void> count_two_texts(Db& db, Side& side) {
  DW_CHECK(tally::channels(db));
  side.meet();
  TallyMessage message{.channel = "C1", .message = "1.0", .revision = 1 + side.me, .at = t0};
  for (int64_t i = 0; i <= side.me; ++i) message.updates.push_back({"ana", "Ana", "T1"});
  return tally::count(db, message);
}

Result<void> the_later_text_counts(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto agents, tally::agents(db, {}));
  EXPECT_EQ(agents.at(0).updates, 2);
  return {};
}

Result<void> add_an_account(Db& db, Side& side) {
  DW_TRY(const auto found, accounts::find_by_subject(db, "issuer 7"));
  side.meet();
  side.is_first = !found;
  if (found) return {};
  DW_CHECK(accounts::add(db, {.name = "ana", .subject = "issuer 7", .role = "agent"}));
  return {};
}

Result<void> add_an_account_by_name(Db& db, Side& side) {
  side.meet();
  DW_CHECK(accounts::add(db, {.name = side.me == 0 ? "ana" : "Ana", .role = "agent"}));
  return {};
}

Result<void> add_a_token(Db& db, Side& side) {
  DW_CHECK(tokens::list(db));
  side.meet();
  DW_CHECK(tokens::add(db, {.name = "ci", .role = "agent"}));
  return {};
}

Result<void> make_a_server_key(Db& db, Side& side) {
  side.meet();
  DW_TRY(const std::string key, accounts::server_key(db, "cookies", side.name()));
  side.seen = key == "a" ? 1 : 2;
  return {};
}

Result<void> both_have_the_same(ReadDb&, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  EXPECT_EQ(sides[0].seen, sides[1].seen);
  return {};
}

// Incidents.

SeenGroup group_of(std::vector<TicketId> tickets) {
  return {.words = {{{.word = "vpn", .weight = 60}, false}},
          .tickets = std::move(tickets),
          .requesters = {},
          .needed = 1,
          .since = t0};
}

Result<void> one_open_incident(Db& db) {
  DW_CHECK(one_ticket(db));
  DW_TRY(const int64_t id, storm::add_group(db, group_of({}), t0));
  return OpenIncident{id, {1}, "ana", {}}.write(db, t0);
}

Result<void> one_group(Db& db) {
  DW_CHECK(one_ticket(db));
  DW_CHECK(storm::add_group(db, group_of({{1}}), t0));
  return {};
}

/// Two people press "make it one incident" under the line of one group.
Result<void> open_the_same(Db& db, Side& side) {
  Event press{.kind = "chat.action", .at = t0};
  press.body = json::object{{"action", std::string(open_action)}, {"value", "1"}};
  DW_TRY(const IncidentView view, read_incident(press, db));
  EXPECT_TRUE(view.incident);
  side.meet();
  side.is_first = view.incident && !view.incident->parent;
  if (!side.is_first) return {};
  DW_CHECK(tickets::open(db, ticket_with(view.fresh_ticket, "vpn")));
  return OpenIncident{view.incident->group, view.fresh_ticket, side.name(), {}}.write(db, t0);
}

/// A new ticket joins the incident that a person says is none.
Result<void> join_or_dissolve(Db& db, Side& side) {
  if (side.me == 1) {
    DW_CHECK(db.guard("storm"));
    DW_CHECK(storm::find(db, 1));
    side.meet();
    return EndIncident{1, IncidentState::dissolved, "ana"}.write(db, t0);
  }
  DW_TRY(const TicketId id, tickets::reserve_id(db));
  Ticket ticket = ticket_with(id, "vpn");
  const StormMatcher matcher(Millis(86'400'000));
  DW_TRY(const TicketMatch match, matcher.match(db, ticket));
  side.meet();
  ticket.problem_id = match.problem;
  DW_CHECK(tickets::open(db, ticket));
  Plan plan;
  if (match.group != 0) matcher.plan(match, id, plan);
  for (const Change& change : plan.changes) DW_CHECK(change.write(db, t0));
  return {};
}

Result<void> nobody_is_joined_to_none(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto joining, storm::members_in(db, 1, MemberState::joining, 10));
  EXPECT_TRUE(joining.empty());
  return {};
}

const std::vector<PairCase> pairs = {
    {"links_of_one_thread", nothing, link_the_thread, one_of_two_was_first},
    {"changes_of_one_link", one_linked_ticket, change_the_link, both_changes_of_the_link_stand},
    {"said_of_one_key", nothing, say_the_same, one_of_two_was_first},
    {"known_of_one_id", nothing, know_the_same, one_of_two_was_first},
    {"changes_of_one_known", one_is_known, count_on_what_is_known, both_counted},
    {"incidents_of_one_hour", nothing, find_the_same_incident, one_of_two_was_first},
    {"incident_and_feedback", one_incident, judge_and_say, both_judgements_stand},
    {"counts_of_one_hour", nothing, count_again_and_judge, both_hours_were_counted},
    {"notices_of_one_customer", nothing, reserve_the_same, one_of_two_was_first},
    {"moves_of_the_ledger", nothing, move_the_same_ledger, both_moved_the_ledger},
    {"numbers_of_letters", nothing, number_a_notice, two_notices_are_numbered},
    {"plan_and_plan", nothing, plan_the_same, one_plan_is_left},
    {"applies_of_one_plan", one_plan, apply_the_same, one_of_two_was_first},
    {"texts_of_one_tally", nothing, count_two_texts, the_later_text_counts},
    {"accounts_of_one_subject", nothing, add_an_account, one_of_two_was_first},
    {"accounts_of_one_name", nothing, add_an_account_by_name, one_of_two_was_answered},
    {"tokens_of_one_name", nothing, add_a_token, one_of_two_was_answered},
    {"keys_of_one_name", nothing, make_a_server_key, both_have_the_same},
    {"openings_of_one_incident", one_group, open_the_same, one_of_two_was_first},
    {"join_and_end_of_an_incident", one_open_incident, join_or_dissolve, nobody_is_joined_to_none},
};

class StoreJobPairs : public testing::TestWithParam<PairParam> {};

INSTANTIATE_TEST_SUITE_P(Table, StoreJobPairs,
                         testing::Combine(testing::Values("sqlite", "postgresql"),
                                          testing::Range(size_t{0}, pairs.size())),
                         [](const auto& param) {
                           return std::string(pairs.at(std::get<1>(param.param)).name) + "_" +
                                  std::get<0>(param.param);
                         });

TEST_P(StoreJobPairs, leave_what_one_after_the_other_would) {
  run_pair(pairs.at(std::get<1>(GetParam())), std::get<0>(GetParam()));
}

}  // namespace
}  // namespace dw
