// Threads that wait for a first reply: what every store must do.
#include <future>

#include "contract/store_world.h"
#include "jobs/bridge/bridge.h"
#include "jobs/bridge/reminder_rows.h"
#include "jobs/bridge/rows.h"
#include "records/links.h"
#include "records/tickets.h"

namespace dw {
namespace {

Result<TicketId> open_thread(Db& db, const std::string& thread) {
  DW_TRY(const TicketId id, open_one(db, thread));
  const BridgeLink link{
      .channel = "C1", .thread = thread, .ticket = id, .stage = LinkStage::open, .opened_at = t0};
  DW_CHECK(links::set(db, link));
  return id;
}

std::vector<int64_t> waiting_in(ReadDb& db, TicketId after = {}, size_t limit = 10) {
  std::vector<int64_t> out;
  const auto threads = bridge::waiting_threads(db, after, limit);
  EXPECT_TRUE(threads.ok());
  for (const WaitingThread& one : *threads) out.push_back(one.ticket.value);
  return out;
}

using Ids = std::vector<int64_t>;

TEST_P(StoreContract, threads_wait_until_a_reply_a_close_or_an_escalation) {
  auto b = setup();
  std::vector<TicketId> ids;
  b->write([&ids](Db& db) -> Result<void> {
    ids.clear();
    for (const char* thread : {"1.1", "2.1", "3.1", "4.1", "5.1"}) {
      DW_TRY(const TicketId id, open_thread(db, thread));
      ids.push_back(id);
    }
    DW_TRY(const TicketId alone, open_one(db, "without a thread"));
    EXPECT_TRUE(alone);
    return {};
  });
  b->write([&ids](Db& db) -> Result<void> {
    EXPECT_EQ(waiting_in(db).size(), 5U);
    EXPECT_EQ(waiting_in(db, ids[0], 2), (Ids{ids[1].value, ids[2].value}));
    DW_CHECK((
        AddComment{{.ticket = ids[0], .author_name = "Bo", .body = "hi", .at = t0}}.write(db, t0)));
    DW_CHECK((MarkReplied{ids[1], t0 + Millis(5)}.write(db, t0)));
    DW_CHECK((ChangeTicket{ids[2], {.status = Status::solved}}.write(db, t0)));
    DW_CHECK((ChangeTicket{ids[2], {.status = Status::open}}.write(db, t0)));
    DW_CHECK((SetReminder{ids[3], Reminder::remind}.write(db, t0)));
    return SetReminder{ids[4], Reminder::escalate}.write(db, t0);
  });
  b->write([&ids](Db& db) -> Result<void> {
    DW_TRY(const auto threads, bridge::waiting_threads(db, {}, 10));
    EXPECT_EQ(threads.size(), 1U);
    if (threads.empty()) return {};
    EXPECT_EQ(threads[0].ticket, ids[3]);
    EXPECT_EQ(threads[0].channel, "C1");
    EXPECT_EQ(threads[0].state.reminded_at, t0);
    EXPECT_FALSE(threads[0].state.escalated_at);
    DW_CHECK((SetReminder{ids[3], Reminder::escalate}.write(db, t0 + Millis(9))));
    DW_TRY(const ReminderState state, bridge::reminder_state(db, ids[3]));
    EXPECT_EQ(state.reminded_at, t0) << "the first one stands";
    EXPECT_EQ(state.escalated_at, t0 + Millis(9));
    for (size_t i = 0; i < ids.size(); ++i) {
      DW_TRY(const bool waits, tickets::waits(db, ids[i]));
      EXPECT_EQ(waits, i > 2) << i << ": one that was solved once waits no more";
    }
    DW_TRY(const auto replied, tickets::find(db, ids[1]));
    EXPECT_EQ(replied->first_reply_at, t0 + Millis(5));
    return {};
  });
}

TEST_P(StoreContract, a_ticket_that_begins_to_wait_has_neither_reply_nor_reminder_before) {
  auto b = setup();
  TicketId id;
  b->write([&id](Db& db) -> Result<void> {
    DW_TRY(id, open_thread(db, "1.1"));
    DW_CHECK((MarkReplied{id, t0}.write(db, t0)));
    DW_CHECK((SetReminder{id, Reminder::escalate}.write(db, t0)));
    DW_CHECK((ChangeTicket{id, {.status = Status::solved}}.write(db, t0)));
    return ChangeTicket{id, {.status = Status::open}}.write(db, t0);
  });
  b->write([&id](Db& db) -> Result<void> {
    EXPECT_TRUE(waiting_in(db).empty());
    DW_CHECK((BeginWaiting{id}.write(db, t0 + Millis(9))));
    return ForgetReminder{id}.write(db, t0 + Millis(9));
  });
  b->write([&id](Db& db) -> Result<void> {
    EXPECT_EQ(waiting_in(db), (Ids{id.value}));
    DW_TRY(const ReminderState state, bridge::reminder_state(db, id));
    EXPECT_FALSE(state.reminded_at || state.escalated_at);
    DW_TRY(const auto found, tickets::find(db, id));
    EXPECT_EQ(found->opened_at, t0 + Millis(9));
    EXPECT_FALSE(found->first_reply_at);
    return {};
  });
}

constexpr Millis minute{60'000};

TEST_P(StoreContract, who_is_part_of_an_incident_waits_for_no_reply_until_it_leaves) {
  auto b = setup();
  TicketId id, other, born;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(id, open_thread(db, "1.1"));
    DW_TRY(other, open_thread(db, "2.1"));
    DW_TRY(born, tickets::reserve_id(db));
    Ticket ticket = ticket_with(born, "Opened as part of it");
    ticket.problem_id = {77};
    return tickets::open(db, ticket);
  });
  const auto join = [&](TicketId ticket, int64_t problem, Millis after) {
    b->write([&](Db& db) {
      return ChangeTicket{ticket, {.problem_id = TicketId{problem}}}.write(db, t0 + after);
    });
  };
  join(id, 77, minute);
  b->write([&](Db& db) -> Result<void> {
    EXPECT_EQ(waiting_in(db), (Ids{other.value}));
    DW_TRY(const bool waits, tickets::waits(db, id));
    EXPECT_FALSE(waits);
    DW_TRY(auto spans, tickets::joined_spans(db, {id, other, born}));
    EXPECT_EQ(spans[id], (std::vector<JoinedSpan>{{t0 + minute, TimePoint::max()}}));
    EXPECT_TRUE(spans[other].empty());
    return {};
  });
  join(id, 78, 2 * minute);  // from one to another
  join(id, 0, 5 * minute);
  join(id, 77, 6 * minute);
  join(id, 0, 8 * minute);
  join(born, 0, 9 * minute);
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto threads, bridge::waiting_threads(db, {}, 10));
    EXPECT_EQ(threads.size(), 2U);
    if (threads.size() < 2) return {};
    EXPECT_EQ(threads[0].wait.joined,
              (std::vector<JoinedSpan>{{t0 + minute, t0 + 5 * minute},
                                       {t0 + 6 * minute, t0 + 8 * minute}}));
    DW_TRY(auto spans, tickets::joined_spans(db, {born}));
    EXPECT_EQ(spans[born], (std::vector<JoinedSpan>{{TimePoint::min(), t0 + 9 * minute}}));
    return {};
  });
}

/// One replica finds a thread due: how many it asks who is on call, in the transaction that records
/// the event.
size_t remind(Store& store, const BridgeParts& parts, TicketId ticket, TimePoint at) {
  const Bridge bridge(parts);
  const Event event{.source = "clock",
                    .key = "remind",
                    .kind = "bridge.remind",
                    .at = at,
                    .body = json::object{{"ticket", ticket.value}}};
  size_t asked = 0;
  const auto work = [&](Db& db) -> Result<void> {
    asked = 0;
    DW_TRY(const BridgeView view, bridge.read(event, db));
    const Plan plan = bridge.plan(event, view);
    for (const Change& change : plan.changes) DW_CHECK(change.write(db, at));
    for (const Delivery& one : plan.deliveries) asked += one.target == "oncall:sre" ? 1 : 0;
    return {};
  };
  const Result<void> done = store.write_now(work);
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text());
  return asked;
}

TEST_P(StoreContract, replicas_that_find_a_thread_due_at_once_remind_it_once) {
  if (GetParam() == "memory") GTEST_SKIP() << "no second process can open it";
  auto b = setup();
  auto second = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_TRUE(second.ok()) << second.error().text();
  BridgeParts parts;
  BridgeSettings settings;
  settings.channel = "C1";
  settings.oncall = "sre";
  settings.remind = 30 * minute;
  settings.escalate = 60 * minute;
  parts.bridges.push_back(settings);
  for (int i = 0; i < 20; ++i) {
    TicketId id;
    b->write([&](Db& db) -> Result<void> {
      DW_TRY(id, open_thread(db, fmt::format("{}.1", i)));
      return {};
    });
    const auto both = [&](TimePoint at) {
      auto other = std::async(std::launch::async, [&] { return remind(**second, parts, id, at); });
      const size_t here = remind(*b->store, parts, id, at);
      return here + other.get();
    };
    EXPECT_EQ(both(t0 + 29 * minute), 0U);
    EXPECT_EQ(both(t0 + 30 * minute), 1U) << i;
    EXPECT_EQ(both(t0 + 31 * minute), 0U) << i;
    EXPECT_EQ(both(t0 + 60 * minute), 1U) << i;
    EXPECT_EQ(both(t0 + 61 * minute), 0U) << i;
  }
}

TEST_P(StoreContract, reminders_begin_when_they_are_asked_for_and_again_after_an_end) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(bridge::set_reminders_since(db, "C1", t0));
    DW_CHECK(bridge::set_reminders_since(db, "C1", t0 + Millis(5)));
    DW_TRY(const auto since, bridge::reminders_since(db, "C1"));
    EXPECT_EQ(since, t0);
    DW_CHECK(bridge::set_reminders_since(db, "C1", std::nullopt));
    DW_TRY(const auto ended, bridge::reminders_since(db, "C1"));
    EXPECT_FALSE(ended);
    return {};
  });
}

TEST_P(StoreContract, first_replies_are_those_of_channels_since_then) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const TicketId id, tickets::reserve_id(db));
    const Ticket ticket{.id = id,
                        .title = "VPN",
                        .source = "slack:C1",
                        .opened_at = t0,
                        .first_reply_at = t0 + Millis(60'000),
                        .updated_at = t0};
    DW_CHECK(tickets::open(db, ticket));
    DW_TRY(const auto found, bridge::first_replies(db, t0));
    EXPECT_EQ(found.size(), 1U);
    EXPECT_EQ(found.empty() ? "" : found[0].channel, "C1");
    EXPECT_EQ(found.empty() ? TimePoint{} : found[0].wait.opened_at, t0);
    DW_TRY(const auto later, bridge::first_replies(db, t0 + Millis(60'001)));
    EXPECT_TRUE(later.empty());
    return {};
  });
}

}  // namespace
}  // namespace dw
