// Notices in the store: plans, the ledger, and who got what.
#include "contract/store_world.h"
#include "domain/delivery.h"
#include "jobs/notices/records.h"
#include "jobs/notices/rows.h"
#include "records/deliveries.h"

namespace dw {
namespace {

int64_t add_plan(Bundle& b, NoticeState state = NoticeState::planned) {
  int64_t id = 0;
  b.write([&](Db& db) -> Result<void> {
    DW_TRY(id, notices::add_run(db, {.state = NoticeState::writing,
                                     .made_at = t0,
                                     .period = "2026-W47",
                                     .hash = "h",
                                     .ledger = 0,
                                     .newest_day = 20'775,
                                     .from_day = -3,
                                     .metrics = json::object{{"rows", 7}}}));
    for (const char* email : {"b@x", "a@x", "c@x"}) {
      DW_CHECK(notices::add_notice(db, {.run = id,
                                        .email = email,
                                        .written_email = std::string("Of ") + email,
                                        .first_name = "Pat",
                                        .last_name = "Dœ",
                                        .tickets = "[]",
                                        .left_out = email[0] == 'c' ? "had" : ""}));
    }
    DW_TRY(const bool is_newest, notices::finish_plan(db, id, state));
    EXPECT_TRUE(is_newest);
    return {};
  });
  return id;
}

TEST_P(StoreContract, a_notice_plan_is_kept_with_its_notices_in_order) {
  auto b = setup();
  const int64_t id = add_plan(*b);
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto run, notices::run(db, id));
    if (!run) return Error{};
    EXPECT_EQ(run->state, NoticeState::planned);
    EXPECT_EQ(run->from_day, -3);
    EXPECT_EQ(to_text(run->metrics), R"({"rows":7})");
    DW_TRY(auto notices, notices::notices(db, id, {.limit = 2}));
    EXPECT_EQ(notices.items.at(0).email, "a@x");
    EXPECT_EQ(notices.items.at(1).written_email, "Of b@x");
    EXPECT_EQ(notices.items.at(1).last_name, "Dœ");
    DW_TRY(notices, notices::notices(db, id, {.limit = 2, .cursor = notices.next_cursor}));
    EXPECT_EQ(notices.items.at(0).left_out, "had");
    EXPECT_EQ(notices.next_cursor, "");
    return {};
  });
}

TEST_P(StoreContract, a_newer_notice_plan_replaces_an_older_one_and_a_test_does_not) {
  auto b = setup();
  const int64_t first = add_plan(*b);
  add_plan(*b, NoticeState::tested);
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto run, notices::run(db, first));
    EXPECT_EQ(run->state, NoticeState::planned);
    return {};
  });
  const int64_t second = add_plan(*b);
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const bool is_old, notices::begin_run(db, first, t0));
    EXPECT_FALSE(is_old);
    DW_TRY(const bool is_new, notices::begin_run(db, second, t0));
    EXPECT_TRUE(is_new);
    DW_TRY(const bool is_again, notices::begin_run(db, second, t0));
    EXPECT_FALSE(is_again);
    DW_TRY(int64_t dropped, notices::drop_replaced_notices(db, 2));
    EXPECT_EQ(dropped, 2);
    DW_TRY(dropped, notices::drop_replaced_notices(db, 2));
    EXPECT_EQ(dropped, 1);
    DW_TRY(const auto notices, notices::notices(db, first, {}));
    EXPECT_TRUE(notices.items.empty());
    DW_TRY(const auto runs, notices::runs(db, {}));
    EXPECT_EQ(runs.items.at(0).id, second);
    EXPECT_EQ(runs.items.size(), 3U);
    return {};
  });
}

TEST_P(StoreContract, a_plan_that_is_still_written_gives_way_to_a_newer_one) {
  auto b = setup();
  int64_t slow = 0;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(slow,
           notices::add_run(db, {.state = NoticeState::writing, .made_at = t0, .metrics = {}}));
    DW_TRY(const bool is_sent, notices::begin_run(db, slow, t0));
    EXPECT_FALSE(is_sent) << "half of its letters may be missing";
    return {};
  });
  add_plan(*b);
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const bool is_newest, notices::finish_plan(db, slow, NoticeState::planned));
    EXPECT_FALSE(is_newest);
    return {};
  });
}

TEST_P(StoreContract, a_run_of_notices_moves_on_from_where_it_stands_and_one_at_a_time) {
  auto b = setup();
  const int64_t run = add_plan(*b);
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(bool is_done, notices::begin_run(db, run, t0));
    EXPECT_TRUE(is_done);
    DW_TRY(is_done, notices::advance_run(db, run, "", "b@x"));
    EXPECT_TRUE(is_done);
    DW_TRY(is_done, notices::advance_run(db, run, "", "b@x"));
    EXPECT_FALSE(is_done) << "another process has written these letters";
    return {};
  });
  const int64_t next = add_plan(*b);
  if (GetParam() != "memory") b->reopen();
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto found, notices::applying_run(db));
    if (!found) return Error{};
    EXPECT_EQ(found->id, run);
    EXPECT_EQ(found->applied_to, "b@x");
    DW_TRY(bool is_done, notices::begin_run(db, next, t0));
    EXPECT_FALSE(is_done) << "one run at a time";
    DW_TRY(is_done, notices::end_run(db, run));
    EXPECT_TRUE(is_done);
    DW_TRY(is_done, notices::advance_run(db, run, "b@x", "c@x"));
    EXPECT_FALSE(is_done);
    DW_TRY(is_done, notices::begin_run(db, next, t0));
    EXPECT_TRUE(is_done);
    return {};
  });
}

TEST_P(StoreContract, the_notice_ledger_takes_each_customer_once_in_a_period) {
  auto b = setup();
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const bool is_moved, notices::move_ledger(db, 0));
    EXPECT_TRUE(is_moved);
    DW_TRY(const bool is_late, notices::move_ledger(db, 0));
    EXPECT_FALSE(is_late);
    DW_TRY(const bool is_first, notices::reserve(db, "2026-W47", "a@x", 1));
    EXPECT_TRUE(is_first);
    DW_TRY(const bool is_second, notices::reserve(db, "2026-W47", "a@x", 2));
    EXPECT_FALSE(is_second);
    DW_TRY(const bool is_next, notices::reserve(db, "2026-W48", "a@x", 2));
    EXPECT_TRUE(is_next);
    DW_CHECK(notices::mark_closure(db, "T1", 10, 1));
    DW_CHECK(notices::mark_closure(db, "T1", 12, 1));
    DW_CHECK(notices::mark_closure(db, "T1", 11, 1));
    DW_CHECK(notices::mark_closure(db, "T2", 5, 1));
    return {};
  });
  std::string told, had;
  b->read([&](ReadDb& db) -> Result<void> {
    const auto tell = [&](std::string_view t, int32_t d) { told += fmt::format("{} {};", t, d); };
    DW_CHECK(notices::closures(db, 6, tell));
    return notices::customers(db, "2026-W47", [&](std::string_view one) { had += one; });
  });
  EXPECT_EQ(told, "T1 12;");
  EXPECT_EQ(had, "a@x");
}

TEST_P(StoreContract, notice_marks_are_absent_until_they_are_set) {
  auto b = setup();
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(NoticeHistory marks, notices::marks(db));
    EXPECT_FALSE(marks.from_day || marks.watermark || marks.needs_confirmation);
    marks.from_day = -5;
    marks.notices = 17;
    marks.needs_confirmation = true;
    DW_CHECK(notices::set_marks(db, marks));
    DW_TRY(const NoticeHistory now, notices::marks(db));
    EXPECT_EQ(now.from_day, -5);
    EXPECT_EQ(now.watermark, std::nullopt);
    EXPECT_EQ(now.notices, 17);
    EXPECT_TRUE(now.needs_confirmation);
    return {};
  });
}

TEST_P(StoreContract, who_got_a_notice_and_what_became_of_it) {
  auto b = setup();
  const int64_t id = add_plan(*b);
  b->write([&](Db& db) -> Result<void> {
    Delivery delivery = pending_in("notice:n-000001");
    DW_TRY(const DeliveryId first, deliveries::add(db, delivery));
    delivery.lane = "notice:n-000002";
    delivery.state = DeliveryState::done;
    delivery.done_at = t0;
    DW_TRY(const DeliveryId second, deliveries::add(db, delivery));
    DW_CHECK(notices::set_sent(db, {.run = id, .email = "a@x", .number = 1, .delivery = first}));
    return notices::set_sent(db, {.run = id, .email = "b@x", .number = 2, .delivery = second});
  });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const NoticeCounts counts, notices::counts(db, id));
    EXPECT_EQ(counts.pending, 1);
    EXPECT_EQ(counts.done, 1);
    DW_TRY(const int64_t open, notices::open_count(db));
    EXPECT_EQ(open, 1);
    DW_TRY(const auto of_b, notices::notices_of(db, "b@x"));
    EXPECT_EQ(of_b.at(0).delivery_state, DeliveryState::done);
    EXPECT_EQ(of_b.at(0).done_at, t0);
    EXPECT_EQ(notice_number(of_b.at(0).number), "n-000002");
    EXPECT_EQ(of_b.at(0).period, "2026-W47");
    DW_TRY(const auto of_c, notices::notices_of(db, "c@x"));
    EXPECT_EQ(of_c.at(0).delivery_state, std::nullopt);
    return {};
  });
}

}  // namespace
}  // namespace dw
