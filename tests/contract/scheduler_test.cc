// Schedules over a real store and several replicas: each tick once.
#include "engine/scheduler.h"

#include <gtest/gtest.h>

#include "contract/engine_world.h"
#include "contract/store_world.h"
#include "ports/store.h"

namespace dw {
namespace {

/// A replica with a schedule "* * * * *" unless it says otherwise.
struct Ticking {
  Loop loop;
  ManualClock clock;
  Metrics metrics;
  TaskGroup tasks{loop, clock};
  Scheduler scheduler;
  std::vector<TimePoint> ran;
  Millis takes{};
  bool throws = false;

  Ticking(Store& store, TimePoint now, const std::string& when = "* * * * *")
      : clock(now), scheduler(loop, clock, store, metrics, tasks) {
    scheduler.add({"job", when, *Schedule::parse(when), "UTC",
                   [this](TimePoint due) { return run(this, due); }});
  }
  static Task<void> run(Ticking* self, TimePoint due) {
    self->ran.push_back(due);
    if (self->throws) throw std::runtime_error("a job is here to break");
    if (self->takes == Millis(0)) co_return;
    AsyncEvent over(self->loop, self->clock);
    co_await over.wait(self->clock.monotonic() + self->takes);
  }
  void pump() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  void start() {
    scheduler.start();
    pump();
  }
  void pass(Millis time) {
    for (Millis step(0); step < time; step += Millis(1000)) {
      clock.advance(Millis(1000));
      pump();
    }
  }
};

constexpr Millis minute{60'000};
const TimePoint start = t0 - (t0.time_since_epoch() % minute);

class SchedulerContract : public StoreContract {};

TEST_P(SchedulerContract, each_tick_is_run_by_one_of_the_replicas) {
  auto b = setup();
  Ticking first(*b->store, start), second(*b->store, start + Millis(300)),
      third(*b->store, start - Millis(700));
  for (Ticking* one : {&first, &second, &third}) one->start();
  for (int i = 0; i < 600; ++i) {
    for (Ticking* one : {&first, &second, &third}) one->pass(Millis(1000));
  }
  std::vector<TimePoint> all = first.ran;
  all.insert(all.end(), second.ran.begin(), second.ran.end());
  all.insert(all.end(), third.ran.begin(), third.ran.end());
  std::sort(all.begin(), all.end());
  EXPECT_GE(all.size(), 9U);
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
  for (size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i] - all[i - 1], minute);
}

TEST_P(SchedulerContract, what_fell_due_while_nobody_ran_is_run_once_and_said) {
  auto b = setup();
  {
    Ticking early(*b->store, start);
    early.start();
    early.pass(3 * minute);
    EXPECT_EQ(early.ran.size(), 3U) << "a job that is new has missed nothing";
  }
  const TimePoint later = start + 60 * minute + Millis(30'000);
  Ticking first(*b->store, later), second(*b->store, later);
  first.start();
  second.start();
  EXPECT_EQ(first.ran.size() + second.ran.size(), 1U);
  EXPECT_EQ(first.scheduler.states().at(0).missed_at, start + 4 * minute);
  EXPECT_FALSE(second.scheduler.states().at(0).missed_at.has_value());
  first.pass(minute);
  EXPECT_EQ(first.ran.size(), 2U) << "and on it goes";
}

TEST_P(SchedulerContract, whatever_write_is_answered_wrongly_each_tick_is_run_once) {
  for (const bool stands : {false, true}) {
    for (int at = 1; at <= 5; ++at) {
      auto b = setup();
      Lying lying(*b->store);
      lying.lies_at = at;
      lying.stands = stands;
      lying.kind_of_lie = ErrorKind::unsure;
      Ticking one(lying, start, "*/5 * * * *");
      Ticking other(*b->store, start - Millis(5000), "*/5 * * * *");
      one.start();
      other.start();
      for (int i = 0; i < 18 * 60; ++i) {
        for (Ticking* each : {&one, &other}) each->pass(Millis(1000));
      }
      std::vector<TimePoint> all = one.ran;
      all.insert(all.end(), other.ran.begin(), other.ran.end());
      std::sort(all.begin(), all.end());
      const TimePoint first = *Schedule::parse("*/5 * * * *")->next_after(start, "UTC");
      EXPECT_EQ(all, (std::vector<TimePoint>{first, first + 5 * minute, first + 10 * minute}))
          << at << (stands ? " stands" : " is lost");
      EXPECT_GE(lying.writes, at);
    }
  }
}

TEST_P(SchedulerContract, a_schedule_that_is_configured_anew_has_missed_nothing) {
  auto b = setup();
  Ticking early(*b->store, start);
  early.start();
  Ticking other(*b->store, start + 24 * 60 * minute, "daily 09:00");
  other.start();
  EXPECT_TRUE(other.ran.empty());
}

TEST_P(SchedulerContract, a_run_that_lasts_is_nobody_elses_and_one_that_broke_off_is_run_again) {
  auto b = setup();
  Ticking first(*b->store, start), second(*b->store, start);
  first.takes = 10 * minute;
  first.start();
  second.start();
  for (int i = 0; i < 300; ++i) {
    first.pass(Millis(1000));
    second.pass(Millis(1000));
  }
  EXPECT_EQ(first.ran.size(), 1U) << "not beside itself";
  EXPECT_TRUE(second.ran.empty());
  second.pass(3 * minute);  // the first is dead
  ASSERT_FALSE(second.ran.empty());
  EXPECT_EQ(second.ran.front(), start + minute);
}

TEST_P(SchedulerContract, an_exception_out_of_a_run_is_one_failed_run) {
  auto b = setup();
  Ticking one(*b->store, start);
  one.throws = true;
  one.start();
  one.pass(3 * minute);
  EXPECT_EQ(one.ran.size(), 3U);
  EXPECT_NE(one.metrics.text().find("deskwire_scheduled_failures_total{job=\"job\"} 3"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(stores, SchedulerContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace dw
