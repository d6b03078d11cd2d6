// A scheduled run of notices through the engine: the tick is an event, the report a delivery with
// an answer, each piece of the run an event again. Retries, take-over and doubts are the engine's.
#include <fmt/format.h>

#include "contract/notices_world.h"
#include "contract/store_world.h"
#include "engine/inbox.h"
#include "engine/outbox.h"
#include "jobs/notices/rows.h"
#include "jobs/notices/runs.h"
#include "jobs/notices/target.h"
#include "records/deliveries.h"
#include "support/wrapped_store.h"

namespace dw {
namespace {

constexpr int customers = 7;

/// What lies in the world outside, for all replicas.
struct Outside {
  int tries_that_fail = 0;  ///< the report can't be had so often
  int readings = 0;
  std::map<std::string, int> mails;
  ReportVersion there{"in/report.csv", "1"};  ///< the newest report
};

Task<Result<std::unique_ptr<ReportTable>>> open_report(Outside* outside, ReportVersion wanted) {
  if (!wanted.name.empty() && wanted != outside->there) co_return std::unique_ptr<ReportTable>();
  ++outside->readings;
  if (outside->tries_that_fail-- > 0) {
    co_return Error{ErrorKind::unreachable, "report.csv", "the bucket is away"};
  }
  co_return std::unique_ptr<ReportTable>(std::make_unique<PlannedTable>(customers));
}

class Webhook : public Target {
 public:
  explicit Webhook(Outside& outside) : outside_(outside) {}
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override {
    std::vector<Outcome> out;
    for (const Delivery& one : deliveries) {
      if (!attempt.may_send()) {
        out.push_back(Outcome::later("not ours"));
        continue;
      }
      const Result<json::value> body = parse_json(std::get<WebhookPost>(one.payload).body);
      ++outside_.mails[std::string(body->at("to").as_string())];
      out.push_back(Outcome::done());
    }
    co_return out;
  }
  /// It knows what it got.
  Task<Settled> settle(Delivery delivery, Attempt) override {
    const Result<json::value> body = parse_json(std::get<WebhookPost>(delivery.payload).body);
    const bool is_there = outside_.mails.contains(std::string(body->at("to").as_string()));
    co_return Settled{is_there ? Settled::Kind::happened : Settled::Kind::not_happened};
  }
  Task<std::vector<Probe>> probe(Millis) override { co_return std::vector<Probe>{}; }

 private:
  Outside& outside_;
  std::string name_ = "notices:webhook";
};

/// A store that dies at one write, or carries one out and can't say so.
class FrailStore : public WrappedStore {
 public:
  FrailStore(Store& inner, Loop& loop) : WrappedStore(inner), loop_(loop) {}
  Task<Result<void>> write(WriteWork work) override {
    co_await asio::post(loop_, asio::use_awaitable);
    ++writes;
    if (is_dead || (dies_at > 0 && writes >= dies_at)) {
      is_dead = true;
      co_return Error{ErrorKind::full, "store", "the process has died"};
    }
    Result<void> done = inner_.write_now(work);
    if (writes == is_lost_at && done.ok()) {
      done = Error{ErrorKind::unsure, "store", "the answer was lost"};
    }
    co_return done;
  }
  Task<Result<void>> read(ReadWork work) override { co_return inner_.read_now(work); }

  int dies_at = 0, is_lost_at = 0, writes = 0;
  bool is_dead = false;

 private:
  Loop& loop_;
};

/// Taking it apart is the crash: what waits goes with its loop.
struct Replica {
  Loop loop;
  ManualClock clock;
  std::unique_ptr<Store> own;
  FrailStore store;
  Outside& outside;
  NoticesSettings settings;
  MailSettings mail;
  Metrics metrics;
  Random random{1};
  NoticeComposer composer{settings, mail, "UTC"};
  NoticeJob job{composer, 2};
  Inbox inbox{store, clock, metrics, {&job}, {}};
  NoticeRuns runs;
  NoticeTarget target{runs, clock};
  Webhook webhook{outside};
  TaskGroup tasks{loop, clock};
  Outbox outbox;
  int looks_with_news = 0;

  Replica(const std::string& url, Outside& o, const std::string& name, TimePoint now = t0)
      : clock(now),
        own(visit_store(url)),
        store(*own, loop),
        outside(o),
        runs(parts()),
        outbox(loop, clock, random, store, inbox, metrics, tasks, {&target, &webhook},
               {.holder = name}) {}
  NoticeParts parts() {
    settings.file = "report.csv";
    settings.webhook_url = "http://hook.example";
    return {
        .reading = {loop, store, clock, composer,
                    [this](const ReportVersion& wanted) { return open_report(&outside, wanted); }},
        .accept = [this](Event event) { return accept(std::move(event)); },
        .reader = [] { return nobody(); },
        .notices_per_commit = 2};
  }
  Task<Result<json::value>> accept(Event event) {
    DW_CO_TRY(const Accepted accepted, co_await inbox.accept(std::move(event)));
    co_return accepted.reply;
  }
  static Task<void> tick(Replica* self, std::string key) {
    Event event{.source = "clock", .key = std::move(key), .kind = "notices.due"};
    event.at = self->clock.now();
    event.body = json::object{};
    const Result<Accepted> accepted = co_await self->inbox.accept(std::move(event));
    EXPECT_TRUE(accepted.ok());
  }
  /// One look of notices.watch.
  static Task<void> look_once(Replica* self, std::string key) {
    Event event{.source = "clock", .key = std::move(key), .kind = "notices.arrived"};
    event.at = self->clock.now();
    event.body =
        json::object{{"name", self->outside.there.name}, {"version", self->outside.there.version}};
    bool has_news = false;
    auto look = [&](ReadDb& db) -> Result<void> {
      DW_TRY(const NoticeView view, self->job.read(event, db));
      has_news = self->job.has_news(event, view);
      return {};
    };
    const Result<void> seen = co_await self->store.read(look);
    EXPECT_TRUE(seen.ok());
    self->looks_with_news += has_news ? 1 : 0;
    if (!has_news) co_return;
    // A crash may refuse it: the next look finds it again.
    [[maybe_unused]] const auto accepted = co_await self->inbox.accept(std::move(event));
  }
  void look(int number) {
    tasks.run("look", look_once(this, fmt::format("notices/arrived/{}", number)));
    pump();
  }
  void pump() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  void due(const std::string& key = "notices/2026-11-23T08:00:00Z") {
    tasks.run("tick", tick(this, key));
    pump();
  }
  void start() {
    outbox.start();
    pump();
  }
  void pass(Millis time) {
    for (Millis step(0); step < time && !store.is_dead; step += Millis(500)) {
      clock.advance(Millis(500));
      pump();
    }
  }
};

class NoticeEngine : public testing::TestWithParam<std::string> {
 protected:
  static NoticeRun newest(Bundle& b) {
    NoticeRun out;
    b.reopen();
    b.read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const auto runs, notices::runs(db, {.limit = 1}));
      if (!runs.items.empty()) out = runs.items.front();
      return {};
    });
    return out;
  }
  static void expect_each_once(const Outside& outside, const std::string& about) {
    EXPECT_EQ(outside.mails.size(), static_cast<size_t>(customers)) << about;
    for (const auto& [to, count] : outside.mails) EXPECT_EQ(count, 1) << about << " " << to;
  }

  /// A fresh database of PostgreSQL takes a second.
  static int step() { return GetParam() == "sqlite" ? 1 : 4; }

  Outside outside_;
};

INSTANTIATE_TEST_SUITE_P(Engines, NoticeEngine, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

TEST_P(NoticeEngine, a_tick_becomes_a_reading_a_plan_and_notices_and_a_repeat_of_it_nothing) {
  auto b = place_for(GetParam());
  b->reopen();
  Replica one(b->url, outside_, "one");
  one.start();
  one.due();
  one.due();
  one.pass(Millis(5000));
  expect_each_once(outside_, "");
  EXPECT_EQ(outside_.readings, 1);
  EXPECT_EQ(newest(*b).state, NoticeState::applied);
}

TEST_P(NoticeEngine, a_report_that_can_not_be_had_is_tried_again_by_the_engine) {
  auto b = place_for(GetParam());
  b->reopen();
  outside_.tries_that_fail = 3;
  Replica one(b->url, outside_, "one");
  one.start();
  one.due();
  one.pass(Millis(1000));
  EXPECT_TRUE(outside_.mails.empty());
  // The next tick does not stand in line behind it.
  one.due("notices/2026-11-23T08:01:00Z");
  one.pass(Millis(600'000));
  expect_each_once(outside_, "");
  EXPECT_EQ(outside_.readings, 4);
}

TEST_P(NoticeEngine, a_plan_that_needs_approval_waits_for_it) {
  auto b = place_for(GetParam());
  b->reopen();
  Replica one(b->url, outside_, "one");
  one.settings.is_approval_needed = true;
  one.start();
  one.due();
  one.pass(Millis(5000));
  EXPECT_TRUE(outside_.mails.empty());
  EXPECT_EQ(newest(*b).state, NoticeState::planned);
}

TEST_P(NoticeEngine, test_mode_plans_and_sends_nothing) {
  auto b = place_for(GetParam());
  b->reopen();
  Replica one(b->url, outside_, "one");
  one.settings.is_test = true;
  one.start();
  one.due();
  one.pass(Millis(5000));
  EXPECT_TRUE(outside_.mails.empty());
  EXPECT_EQ(newest(*b).state, NoticeState::tested);
}

TEST_P(NoticeEngine, another_replica_goes_on_within_the_lease_wherever_one_died) {
  for (int dies_at = 2; dies_at <= 30; dies_at += step()) {
    outside_ = {};
    auto b = place_for(GetParam());
    b->reopen();
    const std::string about = fmt::format("died at write {}", dies_at);
    {
      Replica dead(b->url, outside_, "dead");
      dead.store.dies_at = dies_at;
      dead.due();
      dead.start();
      dead.pass(Millis(10'000));
      if (!dead.store.is_dead) break;
    }
    Replica next(b->url, outside_, "next", t0 + Millis(1000));
    next.start();
    next.pass(Millis(40'000));
    expect_each_once(outside_, about);
    EXPECT_EQ(newest(*b).state, NoticeState::applied) << about;
  }
}

TEST_P(NoticeEngine, an_answer_of_a_commit_that_is_lost_doubles_nothing) {
  for (int lost_at = 2; lost_at <= 30; lost_at += step()) {
    outside_ = {};
    auto b = place_for(GetParam());
    b->reopen();
    Replica one(b->url, outside_, "one");
    one.store.is_lost_at = lost_at;
    one.due();
    one.start();
    one.pass(Millis(40'000));
    expect_each_once(outside_, fmt::format("lost at write {}", lost_at));
    EXPECT_EQ(newest(*b).state, NoticeState::applied);
  }
}

TEST_P(NoticeEngine, a_report_that_arrived_is_run_once_and_one_that_did_not_change_makes_no_event) {
  auto b = place_for(GetParam());
  b->reopen();
  Replica one(b->url, outside_, "one"), two(b->url, outside_, "two");
  one.start();
  one.look(1);
  one.pass(Millis(5000));
  EXPECT_EQ(outside_.readings, 0) << "it may still grow";
  two.look(2);
  one.pass(Millis(5000));
  two.look(3);
  one.look(3);
  one.look(4);
  one.pass(Millis(5000));
  expect_each_once(outside_, "");
  EXPECT_EQ(outside_.readings, 1);
  EXPECT_EQ(one.looks_with_news + two.looks_with_news, 2);
  outside_.there.version = "2";
  for (int number = 5; number < 9; ++number) one.look(number);
  one.pass(Millis(5000));
  expect_each_once(outside_, "");
  EXPECT_EQ(outside_.readings, 2);
}

TEST_P(NoticeEngine, a_report_that_was_replaced_before_it_was_read_waits_to_stand_still_again) {
  auto b = place_for(GetParam());
  b->reopen();
  Replica one(b->url, outside_, "one");
  one.look(1);
  one.look(2);
  outside_.there.version = "2";
  one.start();
  one.pass(Millis(5000));
  EXPECT_EQ(outside_.readings, 0);
  one.look(3);
  one.look(4);
  one.pass(Millis(5000));
  expect_each_once(outside_, "");
  EXPECT_EQ(outside_.readings, 1);
}

TEST_P(NoticeEngine, a_crash_between_noticing_and_running_loses_and_doubles_nothing) {
  for (const bool is_lost : {false, true}) {
    for (int at = 1; at <= 30; at += step()) {
      outside_ = {};
      auto b = place_for(GetParam());
      b->reopen();
      const std::string about = fmt::format("{} at write {}", is_lost ? "lost" : "died", at);
      bool is_over = false;
      {
        Replica dead(b->url, outside_, "dead");
        (is_lost ? dead.store.is_lost_at : dead.store.dies_at) = at;
        dead.look(1);
        dead.look(2);
        dead.start();
        dead.pass(Millis(10'000));
        is_over = !is_lost && !dead.store.is_dead;
      }
      if (is_over) break;
      Replica next(b->url, outside_, "next", t0 + Millis(1000));
      next.start();
      for (int number = 2; number < 6; ++number) {
        next.look(number);
        next.pass(Millis(20'000));
      }
      expect_each_once(outside_, about);
      EXPECT_EQ(newest(*b).state, NoticeState::applied) << about;
    }
  }
}

}  // namespace
}  // namespace dw
