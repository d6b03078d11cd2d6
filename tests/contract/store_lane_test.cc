// Lanes, deliveries, queues and retention: what every store must do, continued.
#include "contract/store_world.h"
#include "domain/delivery.h"
#include "domain/event.h"
#include "domain/ticket.h"
#include "records/audit.h"
#include "records/changes.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/lanes.h"
#include "records/paging.h"
#include "records/queues.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "support/retention.h"

namespace dw {
namespace {

/// Claims the one lane that is due, takes from it, ends each with `state`, and gives it back; how
/// many were tried.
size_t work_lane(Bundle& b, TimePoint at, DeliveryState state,
                 std::optional<TimePoint> next_attempt_at = {}) {
  size_t tried = 0;
  b.write([&](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, at, at + Millis(1000), 10));
    if (claims.empty()) return {};
    DW_TRY(const auto taken, begin(db, claims.at(0), at));
    tried = taken.size();
    for (const Delivery& one : taken) {
      DW_CHECK(lanes::finish(
          db, claims.at(0),
          {.id = one.id, .state = state, .reason = "r", .next_attempt_at = next_attempt_at}, at));
    }
    return lanes::release(db, claims.at(0), at);
  });
  return tried;
}

std::optional<TimePoint> next_due(Bundle& b, TimePoint now) {
  std::optional<TimePoint> due;
  b.read([&](ReadDb& db) -> Result<void> {
    DW_TRY(due, lanes::next_due(db, {"me"}, now));
    return {};
  });
  return due;
}

DeliveryId add(Bundle& b, const Delivery& delivery) {
  DeliveryId id;
  b.write([&](Db& db) -> Result<void> {
    DW_TRY(id, deliveries::add(db, delivery));
    return {};
  });
  return id;
}

void expect_whole(Bundle& b) {
  const auto found = b.store->verify();
  ASSERT_TRUE(found.ok());
  for (const std::string& one : *found) ADD_FAILURE() << one;
}

TEST_P(StoreContract, what_a_crash_left_held_is_free_at_once_for_who_is_alone) {
  auto b = setup();
  add(*b, pending_in("a"));
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto before, lanes::claim(db, {"crashed"}, t0, t0 + Millis(30'000), 10));
    DW_TRY(const auto lost, begin(db, before.at(0), t0));
    DW_TRY(const auto none, lanes::claim(db, {"me"}, t0, t0 + Millis(30'000), 10));
    EXPECT_TRUE(none.empty());
    DW_CHECK(lanes::release_all(db));
    DW_TRY(const auto mine, lanes::claim(db, {"me"}, t0, t0 + Millis(30'000), 10));
    EXPECT_EQ(mine.size(), 1U);
    DW_TRY(const auto taken, begin(db, mine.at(0), t0));
    EXPECT_EQ(taken.size(), 1U);
    EXPECT_TRUE(taken.at(0).is_in_doubt) << "the crashed one may have done it";
    const Result<void> late = lanes::release(db, before.at(0), t0);
    EXPECT_FALSE(late.ok()) << "whoever held it before can't go on";
    return {};
  });
}

TEST_P(StoreContract, a_lane_that_backs_off_keeps_its_time_when_more_joins_it) {
  auto b = setup();
  add(*b, pending_in("a"));
  const TimePoint later = t0 + Millis(60'000);
  EXPECT_EQ(work_lane(*b, t0, DeliveryState::pending, later), 1U);
  add(*b, pending_in("a"));
  EXPECT_EQ(next_due(*b, t0), later);
  EXPECT_EQ(work_lane(*b, later - Millis(1), DeliveryState::done), 0U);
  EXPECT_EQ(work_lane(*b, later, DeliveryState::done), 2U);
  EXPECT_EQ(next_due(*b, later), std::nullopt);
  expect_whole(*b);
}

TEST_P(StoreContract, a_resting_lane_rests_on_when_more_joins_it_and_wakes_on_a_retry) {
  auto b = setup();
  const DeliveryId first = add(*b, pending_in("a"));
  EXPECT_EQ(work_lane(*b, t0, DeliveryState::unsure), 1U);
  add(*b, pending_in("a"));
  EXPECT_EQ(next_due(*b, t0), std::nullopt);
  expect_whole(*b);
  const TimePoint now = t0 + Millis(5000);
  b->write([&](Db& db) -> Result<void> { return deliveries::retry(db, first, now); });
  EXPECT_EQ(next_due(*b, now), now);
  EXPECT_EQ(work_lane(*b, now, DeliveryState::done), 2U);
  expect_whole(*b);
}

TEST_P(StoreContract, a_lane_that_was_emptied_and_filled_again_is_not_the_one_that_was_lost) {
  auto b = setup();
  add(*b, pending_in("a"));
  std::vector<LaneClaim> lost;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(lost, lanes::claim(db, {"slow"}, t0, t0 + Millis(1000), 10));
    return {};
  });
  const TimePoint later = t0 + Millis(2000);
  EXPECT_EQ(work_lane(*b, later, DeliveryState::done), 1U);
  add(*b, pending_in("a"));
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, later, later + Millis(1000), 10));
    EXPECT_EQ(claims.size(), 1U);
    const auto taken = begin(db, lost.at(0), later);
    EXPECT_FALSE(taken.ok()) << "the late one is kept out, however often the lane was claimed";
    return {};
  });
}

/// Takes the one delivery there is, ends it, has it retried, and takes it again.
bool is_in_doubt_after_retry(Bundle& b, DeliveryState state, bool was_in_doubt) {
  bool is_in_doubt = false;
  b.write([&](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    DW_TRY(const auto taken, begin(db, claims.at(0), t0));
    const Finished ended{.id = taken.at(0).id, .state = state, .is_in_doubt = was_in_doubt};
    DW_CHECK(lanes::finish(db, claims.at(0), ended, t0));
    DW_CHECK(deliveries::retry(db, taken.at(0).id, t0));
    DW_TRY(const auto again, begin(db, claims.at(0), t0));
    is_in_doubt = again.at(0).is_in_doubt;
    return {};
  });
  return is_in_doubt;
}

TEST_P(StoreContract, a_doubt_that_its_target_can_settle_outlives_every_state) {
  for (const auto state : {DeliveryState::pending, DeliveryState::unsure, DeliveryState::dead}) {
    for (const bool was_in_doubt : {false, true}) {
      auto b = setup();
      add(*b, pending_in("a"));
      EXPECT_EQ(is_in_doubt_after_retry(*b, state, was_in_doubt), was_in_doubt) << name_of(state);
    }
  }
}

TEST_P(StoreContract, a_dead_delivery_that_holds_nothing_lets_its_lane_go_on) {
  auto b = setup();
  add(*b, pending_in("a", false));
  EXPECT_EQ(work_lane(*b, t0, DeliveryState::dead), 1U);
  add(*b, pending_in("a", false));
  EXPECT_EQ(work_lane(*b, t0, DeliveryState::done), 1U);
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const BacklogMetrics backlog, deliveries::backlog(db));
    EXPECT_EQ(backlog.dead, 1);
    EXPECT_EQ(backlog.lanes, 0);
    return {};
  });
}

TEST_P(StoreContract, the_most_overdue_lanes_come_first_and_no_more_than_asked_for) {
  auto b = setup();
  for (int i = 0; i < 5; ++i) {
    Delivery one = pending_in(fmt::format("lane {}", i));
    one.next_attempt_at = t0 - Millis(i * 1000);
    add(*b, one);
  }
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 2));
    EXPECT_EQ(claims.size(), 2U);
    EXPECT_EQ(claims.at(0).lane, "lane 4");
    EXPECT_EQ(claims.at(1).lane, "lane 3");
    return {};
  });
}

TEST_P(StoreContract, a_batch_is_of_one_target_and_stops_in_front_of_what_waits) {
  auto b = setup();
  add(*b, pending_in("a"));
  add(*b, pending_in("a"));
  Delivery other = pending_in("a");
  other.target = "queue:low";
  add(*b, other);
  Delivery late = other;
  late.next_attempt_at = t0 + Millis(9000);
  add(*b, late);
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    const LaneClaim& lane = claims.at(0);
    for (const size_t expected : {2U, 1U, 0U}) {
      DW_TRY(const auto taken, begin(db, lane, t0));
      EXPECT_EQ(taken.size(), expected);
      for (const Delivery& one : taken) DW_CHECK(lanes::finish(db, lane, {.id = one.id}, t0));
    }
    return lanes::release(db, lane, t0);
  });
  EXPECT_EQ(next_due(*b, t0), t0 + Millis(9000));
}

TEST_P(StoreContract, renewing_keeps_what_is_held_and_brings_back_nothing_that_was_lost) {
  auto b = setup();
  add(*b, pending_in("a"));
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const auto mine, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    DW_CHECK(lanes::renew(db, {"me", {}}, t0 + Millis(500), t0 + Millis(9000)));
    DW_TRY(const auto renewed,
           lanes::renew(db, {"me", {"a", "b"}}, t0 + Millis(500), t0 + Millis(2000)));
    EXPECT_EQ(renewed.size(), 1U);
    EXPECT_EQ(renewed.at(0).generation, mine.at(0).generation);
    DW_TRY(const auto early, lanes::claim(db, {"you"}, t0 + Millis(1500), t0 + Millis(9000), 10));
    EXPECT_TRUE(early.empty());
    DW_TRY(const auto yours, lanes::claim(db, {"you"}, t0 + Millis(2500), t0 + Millis(9000), 10));
    EXPECT_EQ(yours.size(), 1U);
    DW_CHECK(lanes::renew(db, {"me", {"a"}}, t0 + Millis(2600), t0 + Millis(99'000)));
    EXPECT_TRUE(is_lane_lost(lanes::finish(db, mine.at(0), {}, t0).error()));
    EXPECT_TRUE(is_lane_lost(lanes::undo_attempt(db, mine.at(0), pending_in("a")).error()));
    return lanes::release(db, yours.at(0), t0 + Millis(2700));
  });
}

TEST_P(StoreContract, what_was_marked_and_not_sent_is_as_it_was) {
  auto b = setup();
  add(*b, pending_in("a"));
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    DW_TRY(const auto taken, begin(db, claims.at(0), t0));
    for (int i = 0; i < 2; ++i) DW_CHECK(lanes::undo_attempt(db, claims.at(0), taken.at(0)));
    DW_TRY(const auto found, deliveries::find(db, taken.at(0).id));
    EXPECT_FALSE(found->is_in_doubt);
    EXPECT_EQ(found->attempts, 0) << "a second time changes nothing";
    DW_TRY(const auto again, begin(db, claims.at(0), t0));
    EXPECT_FALSE(again.at(0).is_in_doubt);
    EXPECT_EQ(again.at(0).attempts, 1);
    // Marked once more, as by a process that crashed: this doubt was found, and stays.
    DW_TRY(const auto doubtful, begin(db, claims.at(0), t0));
    EXPECT_TRUE(doubtful.at(0).is_in_doubt);
    DW_CHECK(lanes::undo_attempt(db, claims.at(0), doubtful.at(0)));
    DW_TRY(const auto still, deliveries::find(db, taken.at(0).id));
    EXPECT_TRUE(still->is_in_doubt);
    EXPECT_EQ(still->attempts, 1);
    return {};
  });
}

TEST_P(StoreContract, a_lane_belongs_to_who_works_it_in_memory_whatever_the_table_says) {
  auto b = setup();
  for (const char* lane : {"a", "b"}) add(*b, pending_in(lane));
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(30'000), 10));
    EXPECT_EQ(claims.size(), 2U);
    return {};
  });
  // Nobody heard of that claim. What is worked is not taken again, by no clock.
  const LaneWorker me{"me", {"a"}};
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto others, lanes::claim(db, {"you", {}}, t0, t0 + Millis(30'000), 10));
    EXPECT_TRUE(others.empty()) << "the lease is not over";
    DW_TRY(const auto due, lanes::next_due(db, me, t0));
    EXPECT_TRUE(due.has_value());
    DW_TRY(const auto again, lanes::claim(db, me, t0 + Millis(99'999), t0 + Millis(999'999), 10));
    EXPECT_EQ(again.size(), 1U);
    EXPECT_EQ(again.at(0).lane, "b");
    DW_TRY(const auto rest, lanes::next_due(db, {"me", {"a", "b"}}, t0 + Millis(99'999)));
    EXPECT_FALSE(rest.has_value());
    return {};
  });
}

TEST_P(StoreContract, what_a_person_decided_stands_against_a_try_that_ends_later) {
  auto b = setup();
  const DeliveryId id = add(*b, pending_in("a"));
  LaneClaim lane;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    lane = claims.at(0);
    DW_CHECK(begin(db, lane, t0));
    return {};
  });
  b->write([&](Db& db) -> Result<void> { return deliveries::discard(db, id, "enough", t0); });
  b->write([&](Db& db) -> Result<void> {
    DW_CHECK(
        lanes::finish(db, lane, {.id = id, .state = DeliveryState::dead, .reason = "late"}, t0));
    return lanes::release(db, lane, t0);
  });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto found, deliveries::find(db, id));
    EXPECT_EQ(found->state, DeliveryState::discarded);
    EXPECT_EQ(found->reason, "enough");
    return {};
  });
  expect_whole(*b);
}

TEST_P(StoreContract, deliveries_are_found_by_state_lane_ticket_and_event_in_pages) {
  auto b = setup();
  for (int i = 0; i < 4; ++i) {
    Delivery one = pending_in(i % 2 == 0 ? "even" : "odd");
    one.ticket = {i + 1};
    one.event = {10 + i};
    add(*b, one);
  }
  Delivery done = pending_in("even");
  done.state = DeliveryState::done;
  done.done_at = t0;
  done.next_attempt_at.reset();
  add(*b, done);
  b->read([](ReadDb& db) -> Result<void> {
    const auto count = [&](DeliveryQuery query) -> Result<size_t> {
      size_t found = 0;
      query.page.limit = 2;
      do {
        DW_TRY(const Page<Delivery> page, deliveries::list(db, query));
        EXPECT_LE(page.items.size(), 2U);
        found += page.items.size();
        query.page.cursor = page.next_cursor;
      } while (!query.page.cursor.empty());
      return found;
    };
    const auto pending = DeliveryState::pending;
    EXPECT_EQ(count({}).value(), 5U);
    EXPECT_EQ(count({.states = {pending}}).value(), 4U);
    EXPECT_EQ(count({.states = {pending, DeliveryState::done}}).value(), 5U);
    EXPECT_EQ(count({.states = {pending}, .lane = "even"}).value(), 2U);
    EXPECT_EQ(count({.lane = "even"}).value(), 3U);
    EXPECT_EQ(count({.ticket = {1}}).value(), 2U);
    EXPECT_EQ(count({.event = {12}}).value(), 1U);
    return {};
  });
}

TEST_P(StoreContract, one_work_is_given_a_number_for_each_ticket_that_it_asks_for) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const TicketId one, tickets::reserve_id(db));
    DW_TRY(const TicketId two, tickets::reserve_id(db));
    EXPECT_LT(one, two);
    DW_CHECK(tickets::open(db, ticket_with(one, "one")));
    return tickets::open(db, ticket_with(two, "two"));
  });
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const TicketId three, tickets::reserve_id(db));
    return tickets::open(db, ticket_with(three, "three"));
  });
}

TEST_P(StoreContract, a_board_that_slept_too_long_is_told_to_load_anew) {
  auto b = setup();
  std::string before;
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(before, changes::last(db));
    return {};
  });
  b->write([](Db& db) -> Result<void> {
    for (int i = 0; i < 10; ++i) DW_CHECK(open_one(db, "t"));
    return {};
  });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto all, changes::after(db, before, 100));
    EXPECT_EQ(all.size(), 10U);
    return {};
  });
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const int64_t removed, prune_all(db, {}, 100, 4));
    EXPECT_EQ(removed, 6);
    return {};
  });
  b->read([&](ReadDb& db) -> Result<void> {
    EXPECT_EQ(changes::after(db, before, 100).error().kind, ErrorKind::missing);
    DW_TRY(const auto kept, changes::after(db, "", 100));
    EXPECT_EQ(kept.size(), 4U);
    DW_TRY(const auto rest, changes::after(db, kept.at(0).position, 100));
    EXPECT_EQ(rest.size(), 3U);
    EXPECT_EQ(changes::after(db, "9999999.9999999", 100).error().kind, ErrorKind::missing);
    EXPECT_EQ(changes::after(db, "1.x", 100).error().kind, ErrorKind::missing);
    return {};
  });
}

TEST_P(StoreContract, without_a_retention_everything_is_kept) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(events::record(db, event_with("k")));
    DW_TRY(const int64_t removed, prune_all(db, {}, 100, 100));
    EXPECT_EQ(removed, 0);
    DW_TRY(const Recorded known, events::record(db, event_with("k")));
    EXPECT_FALSE(known.is_first);
    return {};
  });
}

TEST_P(StoreContract, a_repeat_with_other_contents_is_noticed_long_after_its_body_has_gone) {
  auto b = setup();
  Event lasting = event_with("k");
  lasting.is_for_ever = true;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const Recorded first, events::record(db, lasting));
    DW_CHECK(prune_all(db, t0 + Millis(1), 100, 100));
    DW_TRY(const auto stored, events::find(db, first.id));
    EXPECT_TRUE(stored->event.body.is_null());
    DW_TRY(const Recorded same, events::record(db, lasting));
    EXPECT_TRUE(same.is_same_body);
    Event other = lasting;
    other.body = "else";
    DW_TRY(const Recorded changed, events::record(db, other));
    EXPECT_FALSE(changed.is_same_body);
    EXPECT_FALSE(changed.is_first);
    return {};
  });
}

TEST_P(StoreContract, retention_goes_in_pieces_and_leaves_what_is_open) {
  auto b = setup();
  add(*b, pending_in("a"));
  b->write([](Db& db) -> Result<void> {
    for (int i = 0; i < 7; ++i) {
      Delivery done = pending_in("b");
      done.state = DeliveryState::done;
      done.done_at = t0;
      DW_CHECK(deliveries::add(db, done));
      DW_TRY(const TicketId id, open_one(db, "t"));
      DW_CHECK(
          tickets::add_comment(db, {.ticket = id, .author_name = "Bo", .body = "yes", .at = t0}));
      if (i > 0) DW_CHECK(tickets::change(db, id, {.status = Status::solved}, t0));
    }
    return {};
  });
  std::vector<int64_t> pieces;
  for (int64_t removed = 1; removed > 0;) {
    b->write([&](Db& db) -> Result<void> {
      DW_TRY(removed, prune_all(db, t0 + Millis(1), 3, 1000));
      return {};
    });
    pieces.push_back(removed);
  }
  // 6 comments, then their tickets, then 7 deliveries: never more than three in one commit.
  EXPECT_EQ(pieces, (std::vector<int64_t>{3, 3, 3, 3, 3, 3, 1, 0}));
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> tickets, tickets::list(db, {}));
    EXPECT_EQ(tickets.items.size(), 1U);
    DW_TRY(const auto comments, tickets::comments(db, tickets.items.at(0).id));
    EXPECT_EQ(comments.size(), 1U);
    DW_TRY(const Page<Delivery> left, deliveries::list(db, {}));
    EXPECT_EQ(left.items.size(), 1U);
    return {};
  });
  expect_whole(*b);
}

TEST_P(StoreContract, parked_events_and_the_audit_list_come_newest_first) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (int i = 0; i < 3; ++i) {
      DW_TRY(const Recorded r, events::record(db, event_with(fmt::format("k{}", i))));
      DW_CHECK(
          events::set_state(db, r.id, EventState::parked, fmt::format("defect {}", i), nullptr));
      DW_CHECK(audit::add(db, {t0, "token ci", "delivery.retry", fmt::format("d-{}", i)}));
    }
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<StoredEvent> first, events::parked(db, {.limit = 2}));
    EXPECT_EQ(first.items.at(0).reason, "defect 2");
    DW_TRY(const Page<StoredEvent> next,
           events::parked(db, {.limit = 2, .cursor = first.next_cursor}));
    EXPECT_EQ(next.items.size(), 1U);
    EXPECT_TRUE(next.next_cursor.empty());
    DW_TRY(const auto audit, audit::list(db, {.limit = 2}));
    EXPECT_EQ(audit.at(0).subject, "d-2");
    DW_TRY(const BacklogMetrics backlog, deliveries::backlog(db));
    EXPECT_EQ(backlog.parked_events, 3);
    return {};
  });
}

TEST_P(StoreContract, a_deduplication_id_is_remembered_for_five_minutes_even_after_deletion) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    const QueueMessage message{
        .queue = "q.fifo", .body = "m", .group = "g", .deduplication = "same"};
    DW_TRY(const MessageId first, queues::send(db, message, t0));
    DW_TRY(const auto got, queues::receive(db, {.queue = "q.fifo", .is_fifo = true}, t0));
    const std::string handle = fmt::format("{}.{}", got.at(0).id.value, got.at(0).receipt);
    DW_TRY(const bool is_deleted, queues::remove(db, "q.fifo", handle));
    EXPECT_TRUE(is_deleted);
    DW_TRY(const MessageId repeat, queues::send(db, message, t0 + Millis(299'000)));
    EXPECT_EQ(repeat, first);
    DW_TRY(const MessageId late, queues::send(db, message, t0 + Millis(301'000)));
    EXPECT_NE(late, first);
    return {};
  });
}

TEST_P(StoreContract, a_queue_says_what_waits_what_is_out_and_what_is_delayed) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(queues::send(db, {.queue = "q", .body = "first"}, t0));
    DW_CHECK(queues::send(db, {.queue = "q", .body = "second"}, t0 + Millis(1)));
    DW_CHECK(queues::send(db, {.queue = "q", .body = "third"}, t0 + Millis(1)));
    const TimePoint delayed = t0 + Millis(60'000);
    DW_CHECK(queues::send(db, {.queue = "q", .body = "later", .visible_at = delayed}, t0));
    DW_CHECK(queues::send(db, {.queue = "other", .body = "x"}, t0));
    DW_CHECK(queues::receive(db, {.queue = "q"}, t0 + Millis(2)));
    DW_TRY(const QueueMetrics metrics, queues::metrics(db, "q", t0 + Millis(2)));
    EXPECT_EQ(metrics.depth, 2);
    EXPECT_EQ(metrics.in_flight, 1);
    EXPECT_EQ(metrics.delayed, 1);
    EXPECT_EQ(metrics.oldest_at, t0);
    DW_TRY(const auto page, queues::peek(db, "q", {.limit = 3}));
    EXPECT_EQ(page.items.at(0).body, "first");
    EXPECT_EQ(page.items.at(2).body, "third");
    DW_TRY(const auto rest, queues::peek(db, "q", {.limit = 3, .cursor = page.next_cursor}));
    EXPECT_EQ(rest.items.size(), 1U);
    DW_TRY(const int64_t purged, queues::purge(db, "q", MessageId{1'000}, 100));
    EXPECT_EQ(purged, 4);
    DW_TRY(const QueueMetrics left, queues::metrics(db, "other", t0));
    EXPECT_EQ(left.depth, 1);
    return {};
  });
}

TEST_P(StoreContract, a_handle_that_is_none_takes_nothing_away) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(queues::send(db, {.queue = "q", .body = "m"}, t0));
    for (const char* handle : {"", ".", "1", "1.", "1.x", "x.y", "-1.", "99999999999999999999.a"}) {
      DW_TRY(const bool is_deleted, queues::remove(db, "q", handle));
      EXPECT_FALSE(is_deleted) << handle;
      EXPECT_EQ(queues::hide(db, "q", handle, Millis(1), t0).error().kind, ErrorKind::conflict);
    }
    return {};
  });
}

}  // namespace
}  // namespace dw
