// Pairs of verbs from two stores: tickets, events, queues, lanes and deliveries.
#include "contract/store_pairs.h"

#include "domain/delivery.h"
#include "domain/ticket.h"
#include "ports/key_value_store.h"
#include "ports/store.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/key_values.h"
#include "records/lanes.h"
#include "records/leases.h"
#include "records/queues.h"
#include "records/received.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"

namespace dw {
namespace {

// Tickets.

Result<void> patch_apart(Db& db, Side& side) {
  DW_CHECK(tickets::list(db, {}));
  side.meet();
  TicketPatch patch;
  if (side.me == 0) {
    patch.status = Status::solved;
  } else {
    patch.assignee = "bea";
  }
  return tickets::change(db, {1}, patch, t0 + Millis(5));
}

Result<void> both_patches_stand(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto found, tickets::find(db, {1}));
  EXPECT_EQ(found->status, Status::solved);
  EXPECT_TRUE(found->solved_at.has_value());
  EXPECT_EQ(found->assignee, "bea");
  return {};
}

Result<void> add_a_tag(Db& db, Side& side) {
  DW_TRY(const auto found, tickets::find(db, {1}));
  side.meet();
  TicketPatch patch{.tags = found->tags};
  patch.tags->push_back(side.name());
  return tickets::change(db, {1}, patch, t0);
}

Result<void> both_tags_stand(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto found, tickets::find(db, {1}));
  EXPECT_EQ(found->tags.size(), 2U);
  return {};
}

Result<void> patch_and_comment(Db& db, Side& side) {
  DW_CHECK(tickets::list(db, {}));
  side.meet();
  if (side.me == 0) return tickets::change(db, {1}, {.priority = Priority::high}, t0);
  DW_CHECK(tickets::add_comment(
      db, {.ticket = {1}, .author_name = "Bea", .body = "hi", .at = t0 + Millis(7)}));
  return {};
}

Result<void> patch_and_comment_stand(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto found, tickets::find(db, {1}));
  EXPECT_EQ(found->priority, Priority::high);
  EXPECT_EQ(found->first_reply_at, t0 + Millis(7));
  DW_TRY(const auto comments, tickets::comments(db, {1}));
  EXPECT_EQ(comments.size(), 1U);
  return {};
}

Result<void> comment_twice(Db& db, Side& side) {
  DW_CHECK(tickets::list(db, {}));
  side.meet();
  DW_CHECK(tickets::add_comment(
      db, {.ticket = {1}, .author_name = side.name(), .body = "hi", .at = t0}));
  return {};
}

Result<void> both_comments_stand(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  DW_TRY(const auto comments, tickets::comments(db, {1}));
  EXPECT_EQ(comments.size(), 2U);
  return {};
}

Result<void> problem_and_ticket(Db& db) {
  DW_TRY(const TicketId problem, open_one(db, "outage"));
  DW_CHECK(open_one(db, "vpn"));
  return tickets::change(db, problem, {.type = TicketType::problem}, t0);
}

/// One solves a problem and counts its incidents, before and after the other had time to join.
Result<void> count_or_join(Db& db, Side& side) {
  if (side.me == 1) {
    DW_CHECK(tickets::list(db, {}));
    side.meet();
    return tickets::change(db, {2}, {.type = TicketType::incident, .problem_id = TicketId{1}}, t0);
  }
  DW_TRY(const auto before, tickets::incidents_of(db, {1}, {}, 10));
  side.meet();
  side.seen = 0;
  // Often enough that the other would come through in the meantime.
  for (int i = 0; i < 300; ++i) {
    DW_TRY(const auto after, tickets::incidents_of(db, {1}, {}, 10));
    side.seen += static_cast<int64_t>(after.size() - before.size());
  }
  return tickets::change(db, {1}, {.status = Status::solved}, t0);
}

Result<void> nobody_joined_in_between(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  EXPECT_EQ(sides[0].seen, 0);
  DW_TRY(const auto incidents, tickets::incidents_of(db, {1}, {}, 10));
  EXPECT_EQ(incidents.size(), 1U);
  return {};
}

Result<void> open_what_the_desk_has(Db& db, Side& side) {
  DW_TRY(const auto found, tickets::find_at_desk(db, "zendesk", "42"));
  side.meet();
  side.is_first = !found;
  if (found) return {};
  DW_TRY(const TicketId id, tickets::reserve_id(db));
  Ticket ticket = ticket_with(id, side.name());
  ticket.desk = "zendesk";
  ticket.external = {"42", ""};
  return tickets::open(db, ticket);
}

Result<void> number_what_the_desk_has(Db& db, Side& side) {
  DW_TRY(const auto found, tickets::find_at_desk(db, "embedded", "42"));
  side.meet();
  side.is_first = !found;
  if (found) return {};
  return tickets::change(db, {1}, {.external = External{"42", side.name()}}, t0);
}

// Events, leases, queues.

Result<void> record_the_same(Db& db, Side& side) {
  side.meet();
  DW_TRY(const Recorded recorded, events::record(db, event_with("same")));
  side.is_first = recorded.is_first;
  return {};
}

Result<void> two_were_said(Db& db) {
  DW_CHECK(received::add(db, event_with("C1/2.0"), "C1", 2));
  return received::add(db, event_with("C1/1.0"), "C1", 1);
}

Result<void> take_what_was_said(Db& db, Side& side) {
  DW_TRY(const std::vector<Event> taken, received::take(db, "C1", 2, 10));
  side.meet();
  side.seen = static_cast<int64_t>(taken.size());
  side.is_first = side.seen == 2 && taken.front().key == "C1/1.0";
  return {};
}

Result<void> one_took_all_that_was_said(ReadDb& db, const Sides& sides) {
  DW_CHECK(one_of_two_was_first(db, sides));
  EXPECT_EQ(sides[0].seen + sides[1].seen, 2);
  DW_TRY(const SaidUntil left, received::waiting(db, TimePoint::max()));
  EXPECT_TRUE(left.empty());
  return {};
}

Result<void> hold_the_same(Db& db, Side& side) {
  side.meet();
  DW_TRY(side.is_first, leases::hold(db, "l", side.name(), t0, t0 + Millis(1000)));
  return {};
}

Result<void> keep_the_same_version(Db& db, Side& side) {
  DW_TRY(const StoredValue kept, key_values::get(db, "k"));
  side.meet();
  return key_values::set(db, "k", side.name(), kept.version);
}

/// The second either found the first one's version, or was told that its own is old.
Result<void> versions_follow_each_other(ReadDb& db, const Sides& sides) {
  DW_TRY(const StoredValue kept, key_values::get(db, "k"));
  EXPECT_EQ(kept.version, oks(sides));
  for (const Side& side : sides) {
    if (!side.answer.ok()) {
      EXPECT_EQ(side.answer.error().kind, ErrorKind::conflict);
    }
  }
  return {};
}

Result<void> send_the_same(Db& db, Side& side) {
  DW_CHECK(queues::metrics(db, "q", t0));
  side.meet();
  DW_TRY(const MessageId id,
         queues::send(db, {.queue = "q", .body = "b", .group = "g", .deduplication = "d"}, t0));
  side.seen = id.value;
  return {};
}

Result<void> one_message_was_sent(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  EXPECT_EQ(sides[0].seen, sides[1].seen);
  EXPECT_NE(sides[0].seen, 0);
  DW_TRY(const auto messages, queues::peek(db, "q", {}));
  EXPECT_EQ(messages.items.size(), 1U);
  return {};
}

Result<void> sent_long_ago(Db& db) {
  DW_CHECK(queues::send(db, {.queue = "q", .body = "b", .group = "g", .deduplication = "d"},
                        t0 - Millis(6 * 60'000)));
  return {};
}

Result<void> one_more_message_was_sent(ReadDb& db, const Sides& sides) {
  EXPECT_EQ(sides[0].seen, sides[1].seen);
  DW_TRY(const auto messages, queues::peek(db, "q", {}));
  EXPECT_EQ(messages.items.size(), 2U);
  return {};
}

Result<void> receive_of_one_group(Db& db, Side& side) {
  side.meet();
  DW_TRY(const auto got, queues::receive(db, {.queue = "q", .count_max = 10, .is_fifo = true}, t0));
  side.is_first = !got.empty();
  return {};
}

Result<void> two_of_one_group(Db& db) {
  for (const char* body : {"1", "2"}) {
    DW_CHECK(queues::send(db, {.queue = "q", .body = body, .group = "g"}, t0));
  }
  return {};
}

// Lanes and deliveries.

Result<void> one_delivery(Db& db) {
  DW_CHECK(deliveries::add(db, pending_in("a")));
  return {};
}

Result<void> claim_the_same(Db& db, Side& side) {
  side.meet();
  DW_TRY(const auto claims, lanes::claim(db, {side.name()}, t0, t0 + Millis(1000), 10));
  side.is_first = !claims.empty();
  return {};
}

Result<void> take_and_retry(Db& db, Side& side) {
  if (side.me == 1) {
    DW_TRY(const auto found, deliveries::find(db, {1}));
    side.meet();
    side.seen = found->attempts;
    return deliveries::retry(db, {1}, t0);
  }
  side.meet();
  DW_TRY(const auto claims, lanes::claim(db, {"a"}, t0, t0 + Millis(1000), 10));
  if (claims.empty()) return {};  // the other has the lane's row
  DW_TRY(const auto taken, begin(db, claims.at(0), t0));
  side.seen = static_cast<int64_t>(taken.size());
  return {};
}

Result<void> both_were_answered(ReadDb&, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  return {};
}

Result<void> discard_what_is_open(Db& db, Side& side) {
  DW_TRY(const auto open, deliveries::open_in_lane(db, "a", 10));
  side.meet();
  side.is_first = !open.empty();
  if (open.empty()) return {};
  return deliveries::discard(db, open.front().id, "enough", t0);
}

Result<void> answer_a_dead_one(Db& db, Side& side) {
  DW_TRY(const auto found, deliveries::find(db, {1}));
  side.meet();
  side.is_first = found->state == DeliveryState::pending;
  return side.is_first ? deliveries::discard(db, {1}, "enough", t0) : Result<void>{};
}

const std::vector<PairCase> pairs = {
    {"patch_and_patch", one_ticket, patch_apart, both_patches_stand},
    {"patches_of_what_was_read", one_ticket, add_a_tag, both_tags_stand},
    {"patch_and_comment", one_ticket, patch_and_comment, patch_and_comment_stand},
    {"comment_and_comment", one_ticket, comment_twice, both_comments_stand},
    {"incidents_of_one_problem", problem_and_ticket, count_or_join, nobody_joined_in_between},
    {"tickets_of_one_number", nothing, open_what_the_desk_has, one_of_two_was_first},
    {"numbers_of_one_ticket", one_ticket, number_what_the_desk_has, one_of_two_was_first},
    {"events_of_one_key", nothing, record_the_same, one_of_two_was_first},
    {"words_of_one_channel", two_were_said, take_what_was_said, one_took_all_that_was_said},
    {"leases_of_one_name", nothing, hold_the_same, one_of_two_was_first},
    {"kept_of_one_version", nothing, keep_the_same_version, versions_follow_each_other},
    {"messages_of_one_deduplication", nothing, send_the_same, one_message_was_sent},
    {"messages_after_the_window", sent_long_ago, send_the_same, one_more_message_was_sent},
    {"receives_of_one_group", two_of_one_group, receive_of_one_group, one_of_two_was_first},
    {"claims_of_one_lane", one_delivery, claim_the_same, one_of_two_was_first},
    {"take_and_retry", one_delivery, take_and_retry, both_were_answered},
    {"discards_of_what_is_open", one_delivery, discard_what_is_open, one_of_two_was_first},
    {"decisions_on_one_delivery", one_delivery, answer_a_dead_one, one_of_two_was_first},
};

class StorePairs : public testing::TestWithParam<PairParam> {};

INSTANTIATE_TEST_SUITE_P(Table, StorePairs,
                         testing::Combine(testing::Values("sqlite", "postgresql"),
                                          testing::Range(size_t{0}, pairs.size())),
                         [](const auto& param) {
                           return std::string(pairs.at(std::get<1>(param.param)).name) + "_" +
                                  std::get<0>(param.param);
                         });

TEST_P(StorePairs, leave_what_one_after_the_other_would) {
  run_pair(pairs.at(std::get<1>(GetParam())), std::get<0>(GetParam()));
}

/// The number of replicas that a report counted with: 300 pairs, 168 lost one.
TEST(StorePairs300, of_patches_at_two_replicas_lose_none) {
  const std::string url = fresh_postgres_url();
  auto a = open_store(url, OpenMode::visit, nullptr), b = open_store(url, OpenMode::visit, nullptr);
  ASSERT_TRUE(a.ok() && b.ok());
  constexpr int64_t count = 300;
  ASSERT_TRUE((*a)->write_now([](Db& db) -> Result<void> {
                    for (int64_t i = 0; i < count; ++i) DW_CHECK(open_one(db, "t"));
                    return {};
                  })
                  .ok());
  const auto patch_all = [](Store& store, const TicketPatch& patch) {
    for (int64_t id = 1; id <= count; ++id) {
      const Result<void> done = store.write_now(
          [&](Db& db) -> Result<void> { return tickets::change(db, {id}, patch, t0); });
      EXPECT_TRUE(done.ok());
    }
  };
  std::thread other([&] { patch_all(**b, {.assignee = "bea"}); });
  patch_all(**a, {.status = Status::solved});
  other.join();
  EXPECT_EQ(ask_postgres(url,
                         "select count(*) from ticket where status = 2 and assignee = 'bea' "
                         "and solved_at is not null"),
            "300");
}

}  // namespace
}  // namespace dw
