// What every store must do, run on each: SQLite in a file, SQLite in memory, PostgreSQL.
#include "contract/store_world.h"
#include "domain/delivery.h"
#include "domain/event.h"
#include "domain/ticket.h"
#include "records/changes.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/lanes.h"
#include "records/leases.h"
#include "records/paging.h"
#include "records/queues.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "records/tokens.h"
#include "support/retention.h"

namespace dw {
namespace {

TEST_P(StoreContract, an_event_that_comes_again_is_the_first_with_its_reply) {
  auto b = setup();
  EventId first;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const Recorded r, events::record(db, event_with("k1")));
    EXPECT_TRUE(r.is_first);
    first = r.id;
    return events::set_state(db, r.id, EventState::done, "", json::object{{"ticket", 7}});
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const Recorded r, events::record(db, event_with("k1")));
    EXPECT_FALSE(r.is_first);
    EXPECT_TRUE(r.is_same_body);
    EXPECT_EQ(r.id, first);
    EXPECT_EQ(to_text(r.reply), R"({"ticket":7})");
    Event other = event_with("k1");
    other.body = "else";
    DW_TRY(const Recorded r2, events::record(db, other));
    EXPECT_FALSE(r2.is_same_body);
    return {};
  });
}

TEST_P(StoreContract, an_event_that_is_locked_is_as_it_was) {
  auto b = setup();
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const Recorded first, events::record(db, event_with("k1")));
    return events::set_state(db, first.id, EventState::done, "", json::object{{"ticket", 7}});
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto id, events::find_by_key(db, event_with("k1").source, "k1"));
    DW_CHECK(events::lock(db, *id));
    DW_TRY(const Recorded again, events::recorded(db, event_with("k1"), {}));
    EXPECT_EQ(again.id, *id);
    EXPECT_EQ(to_text(again.reply), R"({"ticket":7})");
    return {};
  });
}

TEST_P(StoreContract, work_that_fails_undoes_itself_alone) {
  auto b = setup();
  const Result<void> failed = b->store->write_now([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "gone"));
    return Error{ErrorKind::invalid, "", "no"};
  });
  EXPECT_FALSE(failed.ok());
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "stays"));
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> page, tickets::list(db, {}));
    EXPECT_EQ(page.items.size(), 1U);
    EXPECT_EQ(page.items.at(0).title, "stays");
    return {};
  });
}

TEST_P(StoreContract, tickets_are_listed_newest_first_filtered_and_paged) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (int i = 0; i < 5; ++i) DW_CHECK(open_one(db, fmt::format("t{}", i)));
    DW_TRY(const Page<Ticket> all, tickets::list(db, {}));
    return tickets::change(db, all.items.at(2).id, {.status = Status::solved}, t0 + Millis(1000));
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> first, tickets::list(db, {.page = {.limit = 2}}));
    EXPECT_EQ(first.items.at(0).title, "t4");
    DW_TRY(const Page<Ticket> next,
           tickets::list(db, {.page = {.limit = 2, .cursor = first.next_cursor}}));
    EXPECT_EQ(next.items.at(0).title, "t2");
    DW_TRY(const Page<Ticket> solved, tickets::list(db, {.status = Status::solved}));
    EXPECT_EQ(solved.items.size(), 1U);
    EXPECT_TRUE(solved.items.at(0).solved_at.has_value());
    DW_TRY(const TicketMetrics metrics, tickets::metrics(db, t0));
    EXPECT_EQ(metrics.open_now, 4);
    EXPECT_EQ(metrics.opened, 5);
    EXPECT_EQ(metrics.solved, 1);
    EXPECT_EQ(metrics.cycle.median, 1.0);
    return {};
  });
}

TEST_P(StoreContract, search_finds_words_before_and_after_they_are_indexed) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "VPN drops every ten minutes"));
    DW_CHECK(open_one(db, "Printer on fire; DROP TABLE"));
    return {};
  });
  const auto count = [&](const std::string& text) {
    size_t found = 0;
    b->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const Page<Ticket> page, tickets::list(db, {.text = text}));
      found = page.items.size();
      return {};
    });
    return found;
  };
  for (const bool is_indexed : {false, true}) {
    if (is_indexed) {
      b->write([](Db& db) -> Result<void> {
        DW_CHECK(tickets::index_words(db, 100));
        return {};
      });
    }
    EXPECT_EQ(count("vpn"), 1U);
    EXPECT_EQ(count("minutes drop"), 1U);
    EXPECT_EQ(count("drop"), 2U);
    EXPECT_EQ(count("fire vpn"), 0U);
    EXPECT_EQ(count("\"; -- '"), 0U);
    EXPECT_EQ(count("vpn* OR printer"), 0U);
  }
}

TEST_P(StoreContract, the_first_public_comment_of_another_person_is_the_first_reply) {
  auto b = setup();
  TicketId id;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(id, open_one(db, "t"));
    Comment own{.ticket = id,
                .author_name = "Ana",
                .author_email = "ANA@x.example",
                .body = "?",
                .at = t0 + Millis(10)};
    DW_CHECK(tickets::add_comment(db, own));
    Comment note{
        .ticket = id, .author_name = "Bo", .body = "n", .is_public = false, .at = t0 + Millis(20)};
    DW_CHECK(tickets::add_comment(db, note));
    Comment reply{.ticket = id, .author_name = "Bo", .body = "yes", .at = t0 + Millis(30)};
    DW_CHECK(tickets::add_comment(db, reply));
    return {};
  });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto ticket, tickets::find(db, id));
    EXPECT_EQ(ticket->first_reply_at, t0 + Millis(30));
    DW_TRY(const auto comments, tickets::comments(db, id));
    EXPECT_EQ(comments.size(), 3U);
    return {};
  });
}

TEST_P(StoreContract, a_ticket_is_an_incident_of_a_problem_until_it_is_unlinked) {
  auto b = setup();
  TicketId problem, ticket;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(problem, open_one(db, "outage"));
    DW_TRY(ticket, open_one(db, "vpn"));
    DW_CHECK(tickets::change(db, problem, {.type = TicketType::problem}, t0));
    return tickets::change(db, ticket, {.type = TicketType::incident, .problem_id = problem}, t0);
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto incidents, tickets::incidents_of(db, problem, {}, 10));
    EXPECT_EQ(incidents.size(), 1U);
    EXPECT_EQ(incidents.at(0).id, ticket);
    EXPECT_EQ(incidents.at(0).type, TicketType::incident);
    EXPECT_EQ(incidents.at(0).problem_id, problem);
    DW_TRY(const auto later, tickets::incidents_of(db, problem, ticket, 10));
    EXPECT_TRUE(later.empty()) << "a page goes on behind the last id";
    // A patch of something else leaves both alone.
    return tickets::change(db, ticket, {.status = Status::pending}, t0);
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto linked, tickets::find(db, ticket));
    EXPECT_EQ(linked->problem_id, problem);
    return tickets::change(db, ticket, {.type = TicketType::none, .problem_id = TicketId()}, t0);
  });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto free, tickets::find(db, ticket));
    EXPECT_EQ(free->type, TicketType::none);
    EXPECT_FALSE(free->problem_id);
    DW_TRY(const auto incidents, tickets::incidents_of(db, problem, {}, 10));
    EXPECT_TRUE(incidents.empty());
    return {};
  });
}

TEST_P(StoreContract, a_lane_is_claimed_once_and_given_in_order) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (int i = 0; i < 3; ++i) DW_CHECK(deliveries::add(db, pending_in("a")));
    return {};
  });
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(30'000), 10));
    EXPECT_EQ(claims.size(), 1U);
    DW_TRY(const auto others, lanes::claim(db, {"you"}, t0, t0 + Millis(30'000), 10));
    EXPECT_TRUE(others.empty());
    DW_TRY(const auto taken, begin(db, claims.at(0), t0));
    EXPECT_EQ(taken.size(), 3U);
    EXPECT_EQ(taken.at(0).attempts, 1);
    EXPECT_FALSE(taken.at(0).is_in_doubt);
    std::vector<int64_t> ids;
    for (const Delivery& one : taken) {
      ids.push_back(one.id.value);
      DW_CHECK(lanes::finish(db, claims.at(0), {.id = one.id}, t0));
    }
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << "as they were added";
    DW_CHECK(lanes::release(db, claims.at(0), t0));
    DW_TRY(const auto again, lanes::claim(db, {"you"}, t0 + Millis(99'999), t0, 10));
    EXPECT_TRUE(again.empty()) << "an empty lane is forgotten";
    return {};
  });
}

TEST_P(StoreContract, a_try_whose_end_was_never_written_comes_back_in_doubt_and_alone) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(deliveries::add(db, pending_in("a", false)));
    DW_CHECK(deliveries::add(db, pending_in("a", false)));
    return {};
  });
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    DW_TRY(const auto taken, begin(db, claims.at(0), t0, {}, 1));
    EXPECT_EQ(taken.size(), 1U);
    return {};
  });
  if (GetParam() != "memory") b->reopen();
  b->write([](Db& db) -> Result<void> {
    const TimePoint later = t0 + Millis(2000);
    DW_TRY(const auto claims, lanes::claim(db, {"you"}, later, later + Millis(1000), 10));
    EXPECT_EQ(claims.size(), 1U) << "the hold ended with its lease";
    DW_TRY(const auto taken, begin(db, claims.at(0), later));
    EXPECT_EQ(taken.size(), 1U);
    EXPECT_TRUE(taken.at(0).is_in_doubt);
    EXPECT_EQ(taken.at(0).attempts, 2);
    return {};
  });
}

TEST_P(StoreContract, a_holder_that_was_taken_over_can_write_nothing) {
  auto b = setup();
  LaneClaim old;
  DeliveryId id;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(id, deliveries::add(db, pending_in("a")));
    return {};
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    old = claims.at(0);
    return {};
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"you"}, t0 + Millis(2000), t0 + Millis(9000), 10));
    EXPECT_EQ(claims.size(), 1U);
    return {};
  });
  for (const int verb : {0, 1, 2}) {
    const Result<void> refused = b->store->write_now([&](Db& db) -> Result<void> {
      if (verb == 0) return lanes::finish(db, old, {.id = id}, t0);
      if (verb == 1) return lanes::release(db, old, t0);
      DW_CHECK(begin(db, old, t0));
      return {};
    });
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  }
}

TEST_P(StoreContract, a_dead_delivery_holds_its_lane_until_a_person_decides) {
  auto b = setup();
  DeliveryId first;
  const auto claim_and_count = [&](TimePoint at) {
    size_t taken_count = 0;
    b->write([&](Db& db) -> Result<void> {
      DW_TRY(const auto claims, lanes::claim(db, {"me"}, at, at + Millis(1000), 10));
      if (claims.empty()) return {};
      DW_TRY(const auto taken, begin(db, claims.at(0), at));
      taken_count = taken.size();
      for (const Delivery& one : taken) {
        const bool is_first = one.id == first;
        DW_CHECK(lanes::finish(db, claims.at(0),
                               {.id = one.id,
                                .state = is_first ? DeliveryState::dead : DeliveryState::done,
                                .reason = "r"},
                               at));
      }
      return lanes::release(db, claims.at(0), at);
    });
    return taken_count;
  };
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(first, deliveries::add(db, pending_in("a")));
    return {};
  });
  EXPECT_EQ(claim_and_count(t0), 1U);
  b->write([&](Db& db) -> Result<void> {
    DW_CHECK(deliveries::add(db, pending_in("a")));
    return {};
  });
  EXPECT_EQ(claim_and_count(t0 + Millis(5000)), 0U);
  b->write([&](Db& db) -> Result<void> {
    return deliveries::discard(db, first, "not needed", t0 + Millis(6000));
  });
  EXPECT_EQ(claim_and_count(t0 + Millis(7000)), 1U);
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const BacklogMetrics backlog, deliveries::backlog(db));
    EXPECT_EQ(backlog.pending + backlog.dead + backlog.lanes, 0);
    return {};
  });
  const Result<void> over =
      b->store->write_now([&](Db& db) { return deliveries::retry(db, first, t0); });
  EXPECT_EQ(over.error().kind, ErrorKind::conflict);
  const Result<void> none =
      b->store->write_now([&](Db& db) { return deliveries::retry(db, {999}, t0); });
  EXPECT_EQ(none.error().kind, ErrorKind::missing);
}

TEST_P(StoreContract, a_fifo_group_comes_in_order_and_stays_locked_until_all_of_it_are_done) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (const char* body : {"a1", "b1", "a2", "a3"}) {
      const std::string group(body, 1);
      DW_CHECK(queues::send(db, {.queue = "q", .body = body, .group = group}, t0));
    }
    const auto bodies = [&](int count, TimePoint at) -> Result<std::string> {
      DW_TRY(const auto got,
             queues::receive(db, {.queue = "q", .count_max = count, .is_fifo = true}, at));
      std::string out;
      for (const QueueMessage& one : got) out += one.body + " ";
      return out;
    };
    DW_TRY(const auto first,
           queues::receive(db, {.queue = "q", .count_max = 2, .is_fifo = true}, t0));
    EXPECT_EQ(first.at(0).body + first.at(1).body, "a1a2") << "of one group as many as it has";
    const std::string handle = fmt::format("{}.{}", first[0].id.value, first[0].receipt);
    DW_CHECK(queues::remove(db, "q", handle));
    DW_TRY(const std::string others, bodies(10, t0 + Millis(1)));
    EXPECT_EQ(others, "b1 ") << "a2 is in flight, so a3 waits";
    DW_TRY(const std::string later, bodies(10, t0 + Millis(40'000)));
    EXPECT_EQ(later, "b1 a2 a3 ");
    return {};
  });
}

TEST_P(StoreContract, a_handle_says_whether_its_message_is_still_its_receiver_s) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(queues::send(db, {.queue = "q", .body = "m"}, t0));
    DW_TRY(const auto got, queues::receive(db, {.queue = "q"}, t0));
    const std::string handle = fmt::format("{}.{}", got.at(0).id.value, got.at(0).receipt);
    const auto state = [&](TimePoint at) { return queues::handle_state(db, "q", handle, at); };
    EXPECT_EQ(*state(t0), HandleState::in_flight);
    EXPECT_EQ(*state(t0 + Millis(31'000)), HandleState::expired);
    DW_CHECK(queues::hide(db, "q", handle, Millis(5'000), t0 + Millis(31'000)));
    EXPECT_EQ(*state(t0 + Millis(31'001)), HandleState::in_flight) << "nobody else has it yet";
    DW_CHECK(queues::receive(db, {.queue = "q"}, t0 + Millis(40'000)));
    EXPECT_EQ(*state(t0 + Millis(40'000)), HandleState::unknown);
    return {};
  });
}

TEST_P(StoreContract, what_was_purged_may_be_sent_again_at_once) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    const QueueMessage message{.queue = "q", .body = "m", .group = "g", .deduplication = "d"};
    DW_TRY(const MessageId first, queues::send(db, message, t0));
    DW_CHECK(queues::purge(db, "q", first, 100));
    DW_CHECK(queues::forget_deduplication(db, "q"));
    DW_CHECK(queues::send(db, message, t0));
    DW_TRY(const QueueMetrics metrics, queues::metrics(db, "q", t0));
    EXPECT_EQ(metrics.depth, 1);
    return {};
  });
}

TEST_P(StoreContract, a_message_is_hidden_comes_back_and_is_buried_after_its_receives) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(queues::send(db, {.queue = "q", .body = "m"}, t0));
    QueueReceive wanted{.queue = "q", .count_max = 10, .receives_max = 2, .dead_queue = "q-dead"};
    DW_TRY(const auto one, queues::receive(db, wanted, t0));
    EXPECT_EQ(one.size(), 1U);
    DW_TRY(const auto none, queues::receive(db, wanted, t0 + Millis(29'000)));
    EXPECT_TRUE(none.empty());
    DW_TRY(const auto two, queues::receive(db, wanted, t0 + Millis(31'000)));
    EXPECT_EQ(two.at(0).receives, 2);
    const std::string old = fmt::format("{}.{}", one.at(0).id.value, one.at(0).receipt);
    DW_TRY(const bool is_deleted, queues::remove(db, "q", old));
    EXPECT_FALSE(is_deleted) << "only the latest receipt deletes";
    DW_TRY(const auto three, queues::receive(db, wanted, t0 + Millis(99'000)));
    EXPECT_TRUE(three.empty());
    DW_TRY(const QueueMetrics dead, queues::metrics(db, "q-dead", t0 + Millis(99'000)));
    EXPECT_EQ(dead.depth, 1);
    DW_TRY(const auto buried, queues::peek(db, "q-dead", {.limit = 1}));
    EXPECT_EQ(buried.items.at(0).receives, 2) << "they go on being counted";
    DW_TRY(const int64_t moved,
           queues::redrive(db, "q-dead", MessageId{1'000}, t0 + Millis(99'000), 100));
    EXPECT_EQ(moved, 1);
    DW_TRY(const auto four, queues::receive(db, wanted, t0 + Millis(99'000)));
    EXPECT_EQ(four.at(0).receives, 1);
    const std::string handle = fmt::format("{}.{}", four.at(0).id.value, four.at(0).receipt);
    DW_CHECK(queues::hide(db, "q", handle, Millis(0), t0 + Millis(99'000)));
    DW_TRY(const auto five, queues::receive(db, wanted, t0 + Millis(99'001)));
    EXPECT_EQ(five.size(), 1U);
    const std::string last = fmt::format("{}.{}", five.at(0).id.value, five.at(0).receipt);
    DW_TRY(const bool is_gone, queues::remove(db, "q", last));
    EXPECT_TRUE(is_gone);
    return {};
  });
}

TEST_P(StoreContract, a_fifo_group_is_free_when_all_that_was_given_is_gone_and_drops_repeats) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    const auto send = [&](const char* body, const char* group, const char* id) {
      return queues::send(
          db, {.queue = "q.fifo", .body = body, .group = group, .deduplication = id}, t0);
    };
    DW_TRY(const MessageId first, send("a1", "a", "1"));
    DW_TRY(const MessageId repeat, send("a1", "a", "1"));
    EXPECT_EQ(first, repeat);
    DW_CHECK(send("a2", "a", "2"));
    DW_CHECK(send("b1", "b", "3"));
    const QueueReceive wanted{.queue = "q.fifo", .count_max = 10, .is_fifo = true};
    DW_TRY(const auto got, queues::receive(db, wanted, t0));
    EXPECT_EQ(got.size(), 3U);
    DW_CHECK(send("a3", "a", "4"));
    const auto remove = [&](size_t at) {
      return queues::remove(db, "q.fifo",
                            fmt::format("{}.{}", got.at(at).id.value, got.at(at).receipt));
    };
    DW_CHECK(remove(0));
    DW_TRY(const auto none, queues::receive(db, wanted, t0));
    EXPECT_TRUE(none.empty()) << "a2 is in flight";
    DW_CHECK(remove(1));
    DW_TRY(const auto next, queues::receive(db, wanted, t0));
    EXPECT_EQ(next.size(), 1U);
    EXPECT_EQ(next.at(0).body, "a3");
    return {};
  });
}

TEST_P(StoreContract, changes_are_numbered_and_resumed_without_a_gap) {
  auto b = setup();
  std::string position;
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "one"));
    return {};
  });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(position, changes::last(db));
    return {};
  });
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "two"));
    return {};
  });
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "three"));
    return {};
  });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto notes, changes::after(db, position, 10));
    EXPECT_EQ(notes.size(), 2U);
    DW_TRY(const auto rest, changes::after(db, notes.at(0).position, 10));
    EXPECT_EQ(rest.size(), 1U);
    EXPECT_EQ(changes::after(db, "nonsense", 10).error().kind, ErrorKind::missing);
    return {};
  });
}

TEST_P(StoreContract, retention_removes_what_is_finished_and_keeps_keys_that_are_for_ever) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(events::record(db, event_with("short")));
    Event lasting = event_with("long");
    lasting.is_for_ever = true;
    DW_TRY(const Recorded r, events::record(db, lasting));
    DW_CHECK(events::set_state(db, r.id, EventState::done, "", json::object{{"ticket", 1}}));
    DW_TRY(const TicketId open, open_one(db, "open"));
    DW_TRY(const TicketId solved, open_one(db, "solved"));
    EXPECT_NE(open, solved);
    DW_CHECK(tickets::index_words(db, 10));
    return tickets::change(db, solved, {.status = Status::solved}, t0);
  });
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const int64_t removed, prune_all(db, t0 + Millis(1), 100, 1000));
    EXPECT_EQ(removed, 3);
    DW_TRY(const int64_t more, prune_all(db, t0 + Millis(1), 100, 1000));
    EXPECT_EQ(more, 0);
    DW_TRY(const Recorded again, events::record(db, event_with("short")));
    EXPECT_TRUE(again.is_first);
    DW_TRY(const Recorded known, events::record(db, event_with("long")));
    EXPECT_FALSE(known.is_first);
    EXPECT_EQ(to_text(known.reply), R"({"ticket":1})");
    DW_TRY(const Page<Ticket> left, tickets::list(db, {}));
    EXPECT_EQ(left.items.size(), 1U);
    return {};
  });
}

TEST_P(StoreContract, a_lease_has_one_holder_until_it_ends) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const bool mine, leases::hold(db, "l", "me", t0, t0 + Millis(1000)));
    EXPECT_TRUE(mine);
    DW_TRY(const bool yours, leases::hold(db, "l", "you", t0, t0 + Millis(1000)));
    EXPECT_FALSE(yours);
    DW_TRY(const bool later, leases::hold(db, "l", "you", t0 + Millis(1001), t0 + Millis(2000)));
    EXPECT_TRUE(later);
    return {};
  });
}

TEST_P(StoreContract, tokens_are_unique_by_name_and_end_when_revoked) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(tokens::add(db, {.name = "ci", .role = "agent", .hash = "h", .created_at = t0}));
    EXPECT_EQ(tokens::add(db, {.name = "ci", .role = "agent", .hash = "h"}).error().kind,
              ErrorKind::conflict);
    DW_CHECK(tokens::revoke(db, "ci", t0));
    EXPECT_EQ(tokens::revoke(db, "ci", t0).error().kind, ErrorKind::missing);
    return {};
  });
}

TEST_P(StoreContract, opening_again_changes_nothing_and_verify_finds_it_whole) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "t"));
    DW_CHECK(deliveries::add(db, pending_in("a")));
    return {};
  });
  if (GetParam() != "memory") b->reopen();
  const auto found = b->store->verify();
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreContract, testing::Values("sqlite", "memory", "postgresql"),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace dw
