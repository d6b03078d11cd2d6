// Retention at one replica while another changes what has grown old: what changed stays. SQLite has
// one writer, and nothing comes between there.
#include <atomic>
#include <thread>

#include "contract/store_world.h"
#include "domain/ticket.h"
#include "jobs/bridge/rows.h"
#include "jobs/notices/records.h"
#include "jobs/notices/rows.h"
#include "ports/store.h"
#include "records/accounts.h"
#include "records/leases.h"
#include "records/queues.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "support/retention.h"

namespace dw {
namespace {

constexpr TimePoint before = t0 + Millis(1), late = t0 + Millis(1'000'000);

struct PruneCase {
  const char* name;
  WriteWork rows;    ///< which are old
  WriteWork change;  ///< of another replica, which commits a moment later
  WriteWork stays;   ///< what retention must have left
  WriteWork remove = [](Db& db) -> Result<void> {
    DW_CHECK(prune_all(db, before, 100, 1'000'000));
    return {};
  };
};

Result<void> solved_with_a_comment(Db& db) {
  DW_TRY(const TicketId id, open_one(db, "t"));
  DW_CHECK(tickets::add_comment(db, {.ticket = id, .author_name = "Bea", .body = "hi", .at = t0}));
  return tickets::change(db, id, {.status = Status::solved}, t0);
}

Result<void> reopen(Db& db) {
  return tickets::change(db, {1}, {.status = Status::open}, late);
}

Result<void> comment_late(Db& db) {
  DW_CHECK(tickets::add_comment(
      db, {.ticket = {1}, .author_name = "Ana", .body = "thanks", .at = late}));
  return {};
}

Result<void> the_first_comment_is_there(Db& db) {
  DW_TRY(const auto found, tickets::find(db, {1}));
  EXPECT_TRUE(found) << "it is no longer old";
  DW_TRY(const auto comments, tickets::comments(db, {1}));
  EXPECT_EQ(comments.empty() ? "" : comments.front().body, "hi");
  return {};
}

Result<void> one_planned_run(Db& db) {
  DW_TRY(const int64_t run, notices::add_run(db, {.state = NoticeState::writing,
                                                  .made_at = t0,
                                                  .period = "2026-W47",
                                                  .metrics = json::object{}}));
  DW_CHECK(notices::add_notice(db, {.run = run, .email = "c@x", .tickets = "[]"}));
  DW_CHECK(notices::finish_plan(db, run, NoticeState::planned));
  return {};
}

Result<void> the_run_and_its_notice_are_there(Db& db) {
  DW_TRY(const auto run, notices::run(db, 1));
  EXPECT_TRUE(run) << "it is being applied";
  DW_TRY(const auto notices, notices::notices(db, 1, {}));
  EXPECT_EQ(notices.items.size(), 1U);
  return {};
}

Result<void> one_message(Db& db) {
  DW_CHECK(queues::send(db, {.queue = "q", .body = "b"}, t0));
  return {};
}

Result<void> receive_it(Db& db) {
  DW_CHECK(queues::receive(db, {.queue = "q", .visibility = Millis(60'000)}, late));
  return {};
}

Result<void> bury_it(Db& db) {
  DW_CHECK(queues::receive(db, {.queue = "q", .receives_max = 0, .dead_queue = "dead"}, late));
  return {};
}

WriteWork there_is_one_in(const std::string& queue) {
  return [queue](Db& db) -> Result<void> {
    DW_TRY(const auto messages, queues::peek(db, queue, {}));
    EXPECT_EQ(messages.items.size(), 1U);
    return {};
  };
}

Result<void> hold(Db& db, const std::string& holder, TimePoint now) {
  DW_TRY(const bool is_ours, leases::hold(db, "l", holder, now, now + Millis(1000)));
  EXPECT_TRUE(is_ours);
  return {};
}

const std::vector<PruneCase> cases = {
    {"a_ticket_that_is_reopened", solved_with_a_comment, reopen, the_first_comment_is_there},
    {"a_ticket_that_is_commented", solved_with_a_comment, comment_late, the_first_comment_is_there},
    {"an_answer_of_a_directory_that_is_asked_again",
     [](Db& db) { return bridge::set_lookup(db, {.id = "U1", .body = json::object{}, .at = t0}); },
     [](Db& db) {
       return bridge::set_lookup(db, {.id = "U1", .body = json::object{}, .at = late});
     },
     [](Db& db) -> Result<void> {
       DW_TRY(const auto known, bridge::lookup(db, "U1"));
       EXPECT_TRUE(known);
       return {};
     }},
    {"a_session_that_is_used",
     [](Db& db) -> Result<void> {
       DW_TRY(const int64_t id, accounts::add(db, {.name = "ana", .role = "operator"}));
       return accounts::add_session(db, {"hash", id, t0, t0});
     },
     [](Db& db) { return accounts::touch_session(db, "hash", late); },
     [](Db& db) -> Result<void> {
       DW_TRY(const auto session, accounts::find_session(db, "hash"));
       EXPECT_TRUE(session);
       return {};
     }},
    {"a_run_of_notices_that_is_applied", one_planned_run,
     [](Db& db) -> Result<void> {
       DW_TRY(const bool has_begun, notices::begin_run(db, 1, late));
       EXPECT_TRUE(has_begun);
       return {};
     },
     the_run_and_its_notice_are_there},
    {"a_lease_that_is_taken_over", [](Db& db) { return hold(db, "a", t0 - Millis(1000)); },
     [](Db& db) { return hold(db, "b", late); },
     [](Db& db) -> Result<void> {
       DW_TRY(const bool is_ours, leases::hold(db, "l", "c", late, late + Millis(1000)));
       EXPECT_FALSE(is_ours) << "b has it";
       return {};
     }},
    {"a_message_that_is_received", one_message, receive_it, there_is_one_in("q"),
     [](Db& db) -> Result<void> {
       DW_CHECK(queues::expire(db, "q", before, late, 100));
       return {};
     }},
    {"a_message_of_a_purged_queue_that_is_buried", one_message, bury_it, there_is_one_in("dead"),
     [](Db& db) -> Result<void> {
       DW_CHECK(queues::purge(db, "q", {1}, 100));
       return {};
     }},
};

class PrunePairs : public testing::TestWithParam<size_t> {};

INSTANTIATE_TEST_SUITE_P(Table, PrunePairs, testing::Range(size_t{0}, cases.size()),
                         [](const auto& param) { return cases.at(param.param).name; });

TEST_P(PrunePairs, leave_what_another_replica_is_just_changing) {
  const PruneCase& one = cases.at(GetParam());
  const auto b = place_for("postgresql");
  b->reopen();
  b->write(one.rows);
  auto other = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_TRUE(other.ok());
  std::atomic<bool> has_ended = false;
  std::thread pruner;
  const auto waits = [&b] {
    return ask_postgres(b->url, "select count(*) from pg_locks where not granted") != "0";
  };
  b->write([&](Db& db) -> Result<void> {
    DW_CHECK(one.change(db));
    DW_CHECK(tickets::list(db, {}));  // what was sent has arrived
    pruner = std::thread([&] {
      EXPECT_TRUE((*other)->write_now(one.remove).ok());
      has_ended = true;
    });
    while (!has_ended && !waits()) std::this_thread::yield();
    return {};
  });
  pruner.join();
  b->write(one.stays);
}

}  // namespace
}  // namespace dw
