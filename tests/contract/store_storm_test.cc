// Groups of tickets about one thing: what every store must do, from the look to the row.
#include "contract/store_world.h"
#include "engine/inbox.h"
#include "jobs/bridge/rows.h"
#include "jobs/storm/looking.h"
#include "jobs/storm/storm.h"
#include "net/task_group.h"
#include "records/links.h"
#include "records/ticket_texts.h"

namespace dw {
namespace {

constexpr Millis minute{60'000}, day{86'400'000};

struct Written {
  std::string title, requester;
  TimePoint at{};
};

Result<TicketId> open_written(Db& db, const Written& one) {
  DW_TRY(const TicketId id, tickets::reserve_id(db));
  Ticket ticket = ticket_with(id, one.title);
  ticket.description = "";
  ticket.requester = {one.requester, "", "slack:" + one.requester};
  ticket.opened_at = ticket.updated_at = one.at;
  DW_CHECK(tickets::open(db, ticket));
  return id;
}

/// A ticket an hour about this and that, for three weeks.
Result<void> open_usual(Db& db) {
  static const char* const about[] = {"printer jam", "new laptop", "badge lost", "mouse broken"};
  for (int i = 21 * 24; i >= 2; --i) {
    const Written one{fmt::format("{} floor{}", about[i % 4], i % 7), fmt::format("U{}", i % 90),
                      t0 - i * 60 * minute};
    DW_TRY(const TicketId id, open_written(db, one));
    EXPECT_TRUE(id);
  }
  return {};
}

Result<void> open_outage(Db& db, int from, int until, TimePoint at) {
  for (int i = from; i < until; ++i) {
    const Written one{fmt::format("vpn error 619 again{}", i), fmt::format("Person{}", i), at};
    DW_TRY(const TicketId id, open_written(db, one));
    EXPECT_TRUE(id);
  }
  return {};
}

Result<std::vector<SeenGroup>> look(ReadDb& db, StormLooking& looking, TimePoint now) {
  DW_CHECK(looking.read_new(db, now));
  return looking.groups(now, {});
}

Result<void> begin(ReadDb& db, StormLooking& looking, TimePoint now) {
  for (bool has_more = true; has_more;) {
    DW_TRY(has_more, looking.read_usual(db, now));
  }
  return {};
}

Event seen(const std::vector<SeenGroup>& groups, TimePoint now) {
  return {.source = "clock",
          .key = "storm/1",
          .kind = std::string(storm_seen_kind),
          .at = now,
          .body = encode_seen(groups)};
}

Result<void> plan_and_write(Db& db, const Event& event) {
  const Storm job;
  DW_TRY(const Plan plan, job.decide(event, db));
  for (const Change& change : plan.changes) DW_CHECK(change.write(db, event.at));
  return {};
}

Event dismissal(int64_t group, TimePoint now) {
  return {.source = "api",
          .key = "d",
          .kind = std::string(storm_dismiss_kind),
          .at = now,
          .body = json::object{{"group", group_name(group)}}};
}

TEST_P(StoreContract, an_outage_is_seen_dismissed_and_seen_again_when_it_has_doubled) {
  auto b = setup();
  StormLooking looking({.is_on = true});
  b->write([](Db& db) { return open_usual(db); });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_CHECK(begin(db, looking, t0));
    EXPECT_GT(looking.usual_size(), 490);
    DW_TRY(const auto quiet, look(db, looking, t0));
    EXPECT_TRUE(quiet.empty());
    return {};
  });
  b->write([&](Db& db) -> Result<void> { return open_outage(db, 0, 8, t0); });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto groups, look(db, looking, t0 + minute));
    EXPECT_EQ(groups.size(), 1U);
    DW_CHECK(plan_and_write(db, seen(groups, t0 + minute)));
    DW_CHECK(plan_and_write(db, seen(groups, t0 + minute)));
    return {};
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto listed, storm::list(db, IncidentState::seen, {}));
    EXPECT_EQ(listed.items.size(), 1U) << "the second time it is that one";
    if (listed.items.empty()) return {};
    const Incident& one = listed.items[0];
    EXPECT_EQ(one.tickets, 8);
    EXPECT_EQ(one.requesters, 8);
    EXPECT_EQ(one.since, t0);
    EXPECT_EQ(shown_words(one.words), "619, error, vpn");
    DW_TRY(const auto tickets, storm::tickets_of(db, one.group, 3));
    EXPECT_EQ(tickets.size(), 3U);
    EXPECT_EQ(tickets[0].number, std::to_string(tickets[0].ticket.value));
    DW_CHECK(plan_and_write(db, dismissal(one.group, t0 + 2 * minute)));
    DW_TRY(const auto none, storm::list(db, IncidentState::seen, {}));
    EXPECT_TRUE(none.items.empty());
    DW_TRY(const auto any, storm::list(db, std::nullopt, {}));
    EXPECT_TRUE(any.items.empty()) << "it was dismissed";
    return open_outage(db, 8, 15, t0 + 3 * minute);
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto groups, look(db, looking, t0 + 3 * minute));
    DW_CHECK(plan_and_write(db, seen(groups, t0 + 3 * minute)));
    DW_TRY(const auto none, storm::list(db, IncidentState::seen, {}));
    EXPECT_TRUE(none.items.empty());
    return open_outage(db, 15, 16, t0 + 4 * minute);
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto groups, look(db, looking, t0 + 4 * minute));
    DW_CHECK(plan_and_write(db, seen(groups, t0 + 4 * minute)));
    DW_TRY(const auto again, storm::list(db, IncidentState::seen, {}));
    EXPECT_EQ(again.items.size(), 1U);
    if (again.items.empty()) return {};
    EXPECT_EQ(again.items[0].tickets, 16);
    EXPECT_EQ(again.items[0].seen_at, t0 + 4 * minute);
    return {};
  });
}

TEST_P(StoreContract, tickets_count_when_they_were_written_and_follow_ups_do_not) {
  auto b = setup();
  StormLooking looking({.is_on = true});
  b->write([](Db& db) { return open_usual(db); });
  b->read([&](ReadDb& db) { return begin(db, looking, t0); });
  b->write([&](Db& db) -> Result<void> {
    // What catch-up brings was written hours ago.
    DW_CHECK(open_outage(db, 0, 20, t0 - 180 * minute));
    DW_TRY(const auto late, look(db, looking, t0));
    EXPECT_TRUE(late.empty());
    for (int i = 0; i < 20; ++i) {
      const Written one{fmt::format("vpn error {}", i), fmt::format("P{}", i), t0};
      DW_TRY(const TicketId id, open_written(db, one));
      DW_CHECK(links::set(db, {.channel = "C1",
                               .thread = fmt::format("{}.0", i),
                               .ticket = id,
                               .stage = LinkStage::open,
                               .url = "",
                               .opened_at = t0 - day}));
    }
    DW_TRY(const auto follow_ups, look(db, looking, t0));
    EXPECT_TRUE(follow_ups.empty());
    EXPECT_EQ(looking.window_size(), 0U);
    return {};
  });
}

TEST_P(StoreContract, a_tag_that_each_ticket_of_a_bridge_gets_makes_no_group) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (int i = 0; i < 12; ++i) {
      DW_TRY(const TicketId id, tickets::reserve_id(db));
      Ticket ticket = ticket_with(id, fmt::format("matter{}", i));
      ticket.description = "";
      ticket.requester = {fmt::format("P{}", i), "", fmt::format("slack:P{}", i)};
      ticket.opened_at = ticket.updated_at = t0;
      ticket.tags = {"slack"};
      DW_CHECK(tickets::open(db, ticket));
    }
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    StormLooking any({.is_on = true});
    DW_CHECK(begin(db, any, t0));
    DW_TRY(const auto by_tag, look(db, any, t0));
    EXPECT_EQ(by_tag.size(), 1U) << "on a new desk a tag that all have is a group";
    StormLooking looking({.is_on = true}, {"slack"});
    DW_CHECK(begin(db, looking, t0));
    DW_TRY(const auto none, look(db, looking, t0));
    EXPECT_TRUE(none.empty());
    return {};
  });
}

TEST_P(StoreContract, what_the_window_leaves_behind_is_usual) {
  auto b = setup();
  StormLooking looking({.is_on = true});
  b->write([](Db& db) -> Result<void> { return open_outage(db, 0, 8, t0); });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_CHECK(begin(db, looking, t0));
    EXPECT_EQ(looking.usual_size(), 0);
    DW_CHECK(looking.read_new(db, t0));
    EXPECT_TRUE(looking.has_news());
    EXPECT_EQ(looking.window_size(), 8U);
    DW_CHECK(looking.read_new(db, t0 + 61 * minute));
    EXPECT_EQ(looking.window_size(), 0U);
    EXPECT_EQ(looking.usual_size(), 8);
    DW_CHECK(looking.read_new(db, t0 + 29 * day));
    EXPECT_EQ(looking.usual_size(), 0);
    return {};
  });
}

TEST_P(StoreContract, peoples_names_are_marked_among_the_words) {
  auto b = setup();
  StormLooking looking({.is_on = true});
  b->write([](Db& db) { return open_usual(db); });
  b->read([&](ReadDb& db) { return begin(db, looking, t0); });
  b->write([&](Db& db) -> Result<void> {
    for (int i = 0; i < 9; ++i) {
      const Written one{"ask Melissa or Ricarda about outlook",
                        i == 0 ? "Melissa Ray" : fmt::format("P{}", i), t0};
      DW_TRY(const TicketId id, open_written(db, one));
      EXPECT_TRUE(id);
    }
    DW_CHECK(
        bridge::set_lookup(db, {"U77", json::object{{"name", "Ricarda Solo"}, {"email", ""}}, t0}));
    DW_CHECK(bridge::set_lookup(db, {"u77", json::object{{"name", "outlook"}}, t0}));
    DW_CHECK(bridge::set_lookup(db, {"C77", json::object{{"name", "outlook"}}, t0}));
    DW_TRY(const auto names, bridge::names_of_people(db));
    EXPECT_EQ(names, std::vector<std::string>{"Ricarda Solo"});
    DW_CHECK(looking.read_new(db, t0));
    const auto groups = looking.groups(t0, {"ricarda", "solo"});
    EXPECT_EQ(groups.size(), 1U);
    if (groups.empty()) return {};
    const std::string words = shown_words(groups[0].words);
    EXPECT_EQ(words.find("melissa"), std::string::npos) << words;
    EXPECT_EQ(words.find("ricarda"), std::string::npos) << words;
    EXPECT_NE(words.find("outlook"), std::string::npos) << words;
    return {};
  });
}

TEST_P(StoreContract, groups_grow_old_and_go_with_their_tickets) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    SeenGroup group{.words = {}, .tickets = {}, .requesters = {}, .needed = 3, .since = t0};
    for (int i = 0; i < 3; ++i) {
      DW_TRY(const TicketId id, open_one(db, "vpn"));
      group.tickets.push_back(id);
      group.requesters.push_back(i);
    }
    DW_CHECK(AddIncident{group}.write(db, t0));
    DW_TRY(const auto listed, storm::list(db, IncidentState::seen, {}));
    EXPECT_EQ(listed.items.size(), 1U);
    const std::string one = fmt::format("[{}]", group.tickets[0].value);
    DW_TRY(const int64_t gone, storm::prune_tickets(db, one, 10));
    EXPECT_EQ(gone, 1);
    DW_TRY(const int64_t young, storm::prune(db, t0, 10));
    EXPECT_EQ(young, 0);
    DW_TRY(const int64_t old, storm::prune(db, t0 + Millis(1), 10));
    EXPECT_EQ(old, 1);
    DW_TRY(const auto left, storm::groups_of(db, group.tickets));
    EXPECT_TRUE(left.empty());
    return {};
  });
}

}  // namespace
}  // namespace dw
