// A run of notices goes into the store in pieces: few letters a commit, nothing lost or doubled by
// a crash between two of them, nor by a second process at the same run.
#include <boost/asio/post.hpp>
#include <set>

#include "contract/notices_world.h"
#include "contract/store_world.h"
#include "engine/inbox.h"
#include "jobs/notices/records.h"
#include "jobs/notices/rows.h"
#include "jobs/notices/runs.h"
#include "net/task_group.h"
#include "ports/store.h"
#include "records/audit.h"
#include "records/deliveries.h"
#include "records/paging.h"
#include "support/tcp_proxy.h"
#include "support/wrapped_store.h"

namespace dw {
namespace {

// Three pieces of a plan: small ones, since each row is written for each fault again.
constexpr int customers = 125;
constexpr size_t notices_per_commit = 50;

Task<Result<std::unique_ptr<ReportTable>>> open_report() {
  co_return std::unique_ptr<ReportTable>(std::make_unique<PlannedTable>(customers));
}

/// A store that counts what each write adds, lets others run before it, and fails when told to.
class WatchedStore : public WrappedStore {
 public:
  WatchedStore(Store& inner, Loop& loop) : WrappedStore(inner), loop_(loop) {}
  Task<Result<void>> write(WriteWork work) override {
    co_await asio::post(loop_, asio::use_awaitable);
    if (fails_at > 0 && ++writes == fails_at) {
      co_return Error{ErrorKind::full, "store", "the process has died"};
    }
    if (before_write) before_write();
    const bool is_lie = lies_at > 0 && ++asked == lies_at;
    const Error lie{ErrorKind::unsure, "store", "the answer was lost"};
    if (is_lie && !stands) co_return lie;
    Result<void> done;
    int64_t before = 0, after = 0;
    const WriteWork counted = [&](Db& db) -> Result<void> {
      DW_TRY(before, rows(db));
      DW_CHECK(work(db));
      DW_TRY(after, rows(db));
      return {};
    };
    done = inner_.write_now(counted);
    if (done.ok()) most_rows = std::max(most_rows, after - before);
    if (done.ok() && after_write) after_write(after - before);
    if (is_lie && done.ok()) co_return lie;
    co_return done;
  }
  Task<Result<void>> read(ReadWork work) override { co_return inner_.read_now(work); }

  int64_t most_rows = 0;  ///< letters and deliveries together that one write added
  int fails_at = 0;       ///< this write and none after it
  int writes = 0;
  int lies_at = 0;  ///< this write, or none, is answered wrongly
  bool stands = false;
  int asked = 0;
  std::function<void()> before_write;
  std::function<void(int64_t rows)> after_write;

 private:
  static Result<int64_t> rows(Db& db) {
    int64_t count = 0;
    DW_TRY(const BacklogMetrics metrics, deliveries::backlog(db));
    count += metrics.pending;
    DW_TRY(const Page<NoticeRun> runs, notices::runs(db, {.limit = 1}));
    if (runs.items.empty()) return count;
    PageRequest page{.limit = 500};
    do {
      DW_TRY(const auto notices, notices::notices(db, runs.items.front().id, page));
      count += static_cast<int64_t>(notices.items.size());
      page.cursor = notices.next_cursor;
    } while (!page.cursor.empty());
    return count;
  }
  Loop& loop_;
};

/// One process that sends notices.
struct Sender {
  Loop& loop;
  ManualClock clock;
  NoticesSettings settings;
  MailSettings mail;
  std::unique_ptr<Store> own;
  WatchedStore store;
  Metrics metrics;
  NoticeComposer composer{settings, mail, "UTC"};
  NoticeJob job{composer, notices_per_commit};
  Inbox inbox{store, clock, metrics, {&job}, {}};
  NoticeRuns notices;
  Result<void> ended = Error{};

  Sender(Loop& l, const std::string& url)
      : loop(l), own(visit_store(url)), store(*own, l), notices(parts()) {}
  NoticeParts parts() {
    settings.file = "report.csv";
    settings.webhook_url = "http://hook.example";
    return {.reading = {loop, store, clock, composer,
                        [](const ReportVersion&) { return open_report(); }},
            .accept = [this](Event event) { return accept(std::move(event)); },
            .reader = [] { return nobody(); },
            .notices_per_commit = notices_per_commit};
  }
  Task<Result<json::value>> accept(Event event) {
    DW_CO_TRY(const Accepted accepted, co_await inbox.accept(std::move(event)));
    co_return accepted.reply;
  }
  Task<void> send() {
    const Result<NoticeRun> plan = co_await notices.plan(false, "ana");
    if (!plan.ok()) {
      ended = plan.error();
      co_return;
    }
    const Result<NoticeRun> run = co_await notices.apply(plan->id, true, "ana");
    ended = run.ok() ? Result<void>() : Result<void>(run.error());
  }
  Task<void> plan() {
    const Result<NoticeRun> plan = co_await notices.plan(false, "ana");
    ended = plan.ok() ? Result<void>() : Result<void>(plan.error());
  }
  Task<void> apply(int64_t run) {
    const Result<NoticeRun> applied = co_await notices.apply(run, true, "ana");
    ended = applied.ok() ? Result<void>() : Result<void>(applied.error());
  }
  Task<void> take_over() { ended = co_await notices.resume(); }
};

struct PieceWorld {
  void run(Task<void> one) { run(std::move(one), {}); }
  void run(Task<void> one, std::optional<Task<void>> other) {
    tasks.run("one", std::move(one));
    if (other) tasks.run("other", std::move(*other));
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  /// Each customer has one letter with one delivery.
  void expect_each_once(Bundle& b) {
    b.reopen();
    b.read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const BacklogMetrics metrics, deliveries::backlog(db));
      // Whoever goes on with a run that has more letters is one more.
      EXPECT_EQ(metrics.pending, customers + 1);
      DW_TRY(const NoticeHistory marks, notices::marks(db));
      EXPECT_EQ(marks.notices, customers);
      std::set<int64_t> deliveries;
      for (int i = 0; i < customers; ++i) {
        int64_t sent = 0;
        DW_TRY(const auto notices, notices::notices_of(db, fmt::format("c{:05}@x.example", i)));
        for (const StoredNotice& one : notices) {
          if (one.delivery.value == 0) continue;
          ++sent;
          deliveries.insert(one.delivery.value);
        }
        EXPECT_EQ(sent, 1) << i;
      }
      EXPECT_EQ(deliveries.size(), static_cast<size_t>(customers));
      DW_TRY(const auto applying, notices::applying_run(db));
      EXPECT_FALSE(applying);
      int asked = 0;
      DW_TRY(const auto entries, audit::list(db, {}));
      for (const AuditEntry& one : entries) {
        if (one.what == "notices.apply" && one.who == "ana") ++asked;
      }
      EXPECT_EQ(asked, 1) << "in pieces or not, it was asked for once";
      return {};
    });
  }
  /// What a person does who was told of a failure. How often it took.
  int insist(Bundle& b, Sender& sender) {
    run(sender.send());
    int tries = 1;
    for (; !sender.ended.ok() && tries < 20; ++tries) {
      const NoticeRun left = newest(b);
      if (left.state == NoticeState::applied) break;
      const bool is_whole =
          left.state == NoticeState::planned || left.state == NoticeState::applying;
      run(is_whole ? sender.apply(left.id) : sender.send());
    }
    return tries;
  }
  /// Of state `writing`, if there is none.
  NoticeRun newest(Bundle& b) {
    NoticeRun out{.state = NoticeState::writing};
    b.read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto runs, notices::runs(db, {.limit = 1}));
      if (!runs.items.empty()) out = runs.items.front();
      return {};
    });
    return out;
  }
  NoticeState newest_state(Bundle& b) { return newest(b).state; }

  Loop loop;
  ManualClock clock;
  TaskGroup tasks{loop, clock};
};

class NoticePieces : public PieceWorld, public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Engines, NoticePieces, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

TEST_P(NoticePieces, no_write_of_a_run_has_more_notices_than_a_piece) {
  auto b = place_for(GetParam());
  b->reopen();
  Sender sender(loop, b->url);
  run(sender.send());
  ASSERT_TRUE(sender.ended.ok()) << sender.ended.error().text();
  EXPECT_LE(sender.store.most_rows, static_cast<int64_t>(notices_per_commit) + 1)
      << "the letters, and the delivery that goes on";
  EXPECT_GT(sender.store.most_rows, 0);
  EXPECT_EQ(newest_state(*b), NoticeState::applied);
  expect_each_once(*b);
}

TEST_P(NoticePieces, where_the_store_is_slow_a_write_of_a_run_has_fewer_notices) {
  auto b = place_for(GetParam());
  b->reopen();
  Sender sender(loop, b->url);
  run(sender.plan());
  ASSERT_TRUE(sender.ended.ok());
  sender.store.most_rows = 0;
  sender.store.after_write = [&](int64_t rows) { sender.clock.advance(Millis(rows)); };
  run(sender.apply(newest(*b).id));
  ASSERT_TRUE(sender.ended.ok()) << sender.ended.error().text();
  EXPECT_LE(sender.store.most_rows, 21) << "a letter takes 1 ms, and they have 20";
  EXPECT_GE(sender.store.most_rows, 20);
  expect_each_once(*b);
}

TEST_P(NoticePieces, a_crash_between_two_pieces_leaves_a_run_that_goes_on_where_it_stopped) {
  // 1 run, 3 pieces of letters, the plan, its replaced ones; then pieces of deliveries.
  for (int dies_at = 6; dies_at <= 9; ++dies_at) {
    auto b = place_for(GetParam());
    b->reopen();
    NoticeState left{};
    {
      Sender dead(loop, b->url);
      dead.store.fails_at = dies_at;
      run(dead.send());
      left = newest_state(*b);
      if (dead.ended.ok()) {
        EXPECT_EQ(left, NoticeState::applied) << dies_at;
      }
      if (!dead.ended.ok()) {
        const bool is_begun = dies_at > 7;
        EXPECT_EQ(left, is_begun ? NoticeState::applying : NoticeState::planned) << dies_at;
      }
    }
    Sender next(loop, b->url);
    run(left == NoticeState::planned ? next.send() : next.take_over());
    EXPECT_TRUE(next.ended.ok()) << dies_at;
    EXPECT_EQ(newest_state(*b), NoticeState::applied);
    expect_each_once(*b);
  }
}

TEST_P(NoticePieces, whatever_write_is_answered_wrongly_each_customer_hears_once) {
  for (const bool stands : {false, true}) {
    for (int at = 1; at <= 9; ++at) {
      auto b = place_for(GetParam());
      b->reopen();
      Sender sender(loop, b->url);
      sender.store.lies_at = at;
      sender.store.stands = stands;
      EXPECT_LE(insist(*b, sender), 2) << at;
      EXPECT_GE(sender.store.asked, at) << "this write is one of the run's";
      EXPECT_EQ(newest_state(*b), NoticeState::applied) << at;
      expect_each_once(*b);
    }
  }
}

TEST(NoticePiecesLostAnswers, of_real_commits_do_no_harm) {
  for (const CommitFault fault : {CommitFault::answer_lost, CommitFault::commit_lost}) {
    PieceWorld world;
    auto b = place_for("postgresql");
    b->reopen();
    TcpProxy proxy(b->url);
    Sender sender(world.loop, proxy.url());
    const std::set<int> broken = {3, 8, 14, 17, 20, 23};
    int writes = 0;
    sender.store.before_write = [&] {
      if (broken.contains(++writes)) proxy.break_next_commit(fault);
    };
    EXPECT_LT(world.insist(*b, sender), 20);
    EXPECT_GE(proxy.faults(), 2);
    EXPECT_EQ(world.newest_state(*b), NoticeState::applied);
    world.expect_each_once(*b);
  }
}

TEST_P(NoticePieces, two_processes_at_one_run_write_each_notice_once) {
  auto b = place_for(GetParam());
  b->reopen();
  {
    Sender dead(loop, b->url);
    dead.store.fails_at = 8;
    run(dead.send());
    ASSERT_EQ(newest_state(*b), NoticeState::applying);
  }
  Sender first(loop, b->url), second(loop, b->url);
  run(first.take_over(), second.take_over());
  EXPECT_TRUE(first.ended.ok());
  EXPECT_TRUE(second.ended.ok());
  expect_each_once(*b);
}

TEST_P(NoticePieces, a_plan_made_while_another_run_is_applied_is_not_sent) {
  auto b = place_for(GetParam());
  b->reopen();
  {
    Sender dead(loop, b->url);
    dead.store.fails_at = 8;
    run(dead.send());
  }
  Sender next(loop, b->url);
  run(next.send());
  ASSERT_FALSE(next.ended.ok());
  EXPECT_EQ(next.ended.error().kind, ErrorKind::conflict);
  expect_each_once(*b);
}

}  // namespace
}  // namespace dw
