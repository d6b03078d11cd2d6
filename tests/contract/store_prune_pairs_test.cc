// Retention at one replica while another changes what has grown old: what changed stays. SQLite has
// one writer, and nothing comes between there.
#include <atomic>
#include <thread>

#include "contract/store_world.h"

namespace dw {
namespace {

constexpr TimePoint before = t0 + Millis(1), late = t0 + Millis(1'000'000);

struct PruneCase {
  const char* name;
  WriteWork rows;    ///< which are old
  WriteWork change;  ///< of another replica, which commits a moment later
  WriteWork stays;   ///< what retention must have left
  WriteWork remove = [](Journal& j) -> Result<void> {
    DW_CHECK(j.prune(before, 100, 1'000'000));
    return {};
  };
};

Result<void> solved_with_a_comment(Journal& j) {
  DW_TRY(const TicketId id, open_one(j, "t"));
  DW_CHECK(j.add_comment({.ticket = id, .author_name = "Bea", .body = "hi", .at = t0}));
  return j.change_ticket(id, {.status = Status::solved}, t0);
}

Result<void> reopen(Journal& j) {
  return j.change_ticket({1}, {.status = Status::open}, late);
}

Result<void> comment_late(Journal& j) {
  DW_CHECK(j.add_comment({.ticket = {1}, .author_name = "Ana", .body = "thanks", .at = late}));
  return {};
}

Result<void> the_first_comment_is_there(Journal& r) {
  DW_TRY(const auto found, r.ticket({1}));
  EXPECT_TRUE(found) << "it is no longer old";
  DW_TRY(const auto comments, r.comments({1}));
  EXPECT_EQ(comments.empty() ? "" : comments.front().body, "hi");
  return {};
}

Result<void> one_planned_run(Journal& j) {
  DW_TRY(const int64_t run, j.add_notice_run({.state = NoticeState::writing,
                                              .made_at = t0,
                                              .period = "2026-W47",
                                              .figures = json::object{}}));
  DW_CHECK(j.add_notice_letter({.run = run, .email = "c@x", .tickets = "[]"}));
  DW_CHECK(j.finish_notice_plan(run, NoticeState::planned));
  return {};
}

Result<void> the_run_and_its_letter_are_there(Journal& r) {
  DW_TRY(const auto run, r.notice_run(1));
  EXPECT_TRUE(run) << "it is being applied";
  DW_TRY(const auto letters, r.notice_letters(1, {}));
  EXPECT_EQ(letters.items.size(), 1U);
  return {};
}

Result<void> one_message(Journal& j) {
  DW_CHECK(j.queue_send({.queue = "q", .body = "b"}, t0));
  return {};
}

Result<void> receive_it(Journal& j) {
  DW_CHECK(j.queue_receive({.queue = "q", .visibility = Millis(60'000)}, late));
  return {};
}

Result<void> bury_it(Journal& j) {
  DW_CHECK(j.queue_receive({.queue = "q", .receives_max = 0, .dead_queue = "dead"}, late));
  return {};
}

WriteWork there_is_one_in(const std::string& queue) {
  return [queue](Journal& r) -> Result<void> {
    DW_TRY(const auto messages, r.queue_peek(queue, {}));
    EXPECT_EQ(messages.items.size(), 1U);
    return {};
  };
}

Result<void> hold(Journal& j, const std::string& holder, TimePoint now) {
  DW_TRY(const bool is_ours, j.hold_lease("l", holder, now, now + Millis(1000)));
  EXPECT_TRUE(is_ours);
  return {};
}

const std::vector<PruneCase> cases = {
    {"a_ticket_that_is_reopened", solved_with_a_comment, reopen, the_first_comment_is_there},
    {"a_ticket_that_is_commented", solved_with_a_comment, comment_late, the_first_comment_is_there},
    {"an_answer_of_a_directory_that_is_asked_again",
     [](Journal& j) { return j.set_known({.id = "U1", .body = json::object{}, .at = t0}); },
     [](Journal& j) { return j.set_known({.id = "U1", .body = json::object{}, .at = late}); },
     [](Journal& r) -> Result<void> {
       DW_TRY(const auto known, r.known("U1"));
       EXPECT_TRUE(known);
       return {};
     }},
    {"a_session_that_is_used",
     [](Journal& j) -> Result<void> {
       DW_TRY(const int64_t id, j.add_account({.name = "ana", .role = "operator"}));
       return j.add_session({"hash", id, t0, t0});
     },
     [](Journal& j) { return j.touch_session("hash", late); },
     [](Journal& r) -> Result<void> {
       DW_TRY(const auto session, r.session("hash"));
       EXPECT_TRUE(session);
       return {};
     }},
    {"a_run_of_notices_that_is_applied", one_planned_run,
     [](Journal& j) -> Result<void> {
       DW_TRY(const bool has_begun, j.begin_notice_run(1, late));
       EXPECT_TRUE(has_begun);
       return {};
     },
     the_run_and_its_letter_are_there},
    {"a_lease_that_is_taken_over", [](Journal& j) { return hold(j, "a", t0 - Millis(1000)); },
     [](Journal& j) { return hold(j, "b", late); },
     [](Journal& j) -> Result<void> {
       DW_TRY(const bool is_ours, j.hold_lease("l", "c", late, late + Millis(1000)));
       EXPECT_FALSE(is_ours) << "b has it";
       return {};
     }},
    {"a_message_that_is_received", one_message, receive_it, there_is_one_in("q"),
     [](Journal& j) -> Result<void> {
       DW_CHECK(j.queue_expire("q", before, late, 100));
       return {};
     }},
    {"a_message_of_a_purged_queue_that_is_buried", one_message, bury_it, there_is_one_in("dead"),
     [](Journal& j) -> Result<void> {
       DW_CHECK(j.queue_purge("q", {1}, 100));
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
  b->write([&](Journal& j) -> Result<void> {
    DW_CHECK(one.change(j));
    DW_CHECK(j.tickets({}));  // what was sent has arrived
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
