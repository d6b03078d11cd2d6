// Threads that wait for a first reply: what every store must do.
#include "contract/store_world.h"
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
    DW_TRY(const auto later, bridge::first_replies(db, t0 + Millis(60'001)));
    EXPECT_TRUE(later.empty());
    return {};
  });
}

}  // namespace
}  // namespace dw
