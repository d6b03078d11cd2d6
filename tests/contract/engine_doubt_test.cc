// What holds when something breaks: a process sleeps or dies, a connector or a job throws, the
// store fails or its answer is lost, and at stop.
#include <filesystem>

#include "contract/engine_world.h"
#include "domain/delivery.h"
#include "domain/event.h"
#include "net/loop_clock.h"
#include "records/deliveries.h"
#include "records/lanes.h"
#include "store/sqlite/sqlite_db.h"

namespace dw {
namespace {

TEST(EngineDoubt, what_is_not_jobs_own_defect_parks_the_event_too) {
  World world;
  const Result<Accepted> parked = world.say("a", "1", "throw");
  ASSERT_TRUE(parked.ok());
  EXPECT_TRUE(parked->is_parked);
}

/// Another claims every lane that is free by now.
void take_over(World& world) {
  const Result<void> taken = world.store->write_now([&](Db& db) -> Result<void> {
    const TimePoint now = world.clock.now();
    DW_TRY(const auto theirs, lanes::claim(db, {"another", {}}, now, now + Millis(30'000), 10));
    EXPECT_EQ(theirs.size(), 1U);
    return {};
  });
  EXPECT_TRUE(taken.ok());
}

TEST(EngineDoubt, a_replica_that_slept_while_its_target_waited_sends_nothing_another_has_taken) {
  World world;
  world.target.pace = Millis(100);
  world.send("a", "1");
  world.clock.advance(Millis(90'000));  // nothing of ours runs meanwhile
  take_over(world);
  world.pass(Millis(20'000));
  EXPECT_EQ(world.performed(), Texts{}) << "another sends it";
  EXPECT_NE(world.metrics.text().find("deskwire_lanes_lost_total 1"), std::string::npos);
}

TEST(EngineDoubt, a_replica_that_slept_behind_its_own_note_asks_its_target_nothing) {
  for (const bool is_in_doubt : {false, true}) {
    World world;
    if (is_in_doubt) {
      world.target.script = {Outcome::unsure("no answer")};
      world.send("a", "0");
    }
    const int begun = world.target.begun;
    int writes = 0;
    world.lying->behind_write = [&] {
      // The event, unless it is there; the claim with the note that a try begins.
      if (++writes != (is_in_doubt ? 1 : 2)) return;
      world.clock.advance(Millis(90'000));
      take_over(world);
    };
    if (!is_in_doubt) world.send("a", "1");
    world.pass(Millis(20'000));
    EXPECT_GE(writes, 2);
    EXPECT_EQ(world.target.begun, begun) << "another sends it";
    EXPECT_EQ(world.target.settled, 0) << "another asks about it";
    EXPECT_NE(world.metrics.text().find("deskwire_lanes_lost_total 1"), std::string::npos);
  }
}

TEST(EngineDoubt, what_asks_for_an_answer_of_another_version_waits_for_a_replica_that_has_it) {
  World world;
  EXPECT_TRUE(world.say("a", "1", "ask newer").ok());
  world.send("b", "2");
  world.pass(Millis(50'000));
  EXPECT_EQ(world.performed(), Texts{"2"}) << "its answer would be lost here";
  EXPECT_EQ(world.state_of(1), DeliveryState::pending);
  EXPECT_EQ(world.delivery(1).attempts, 0);
  EXPECT_FALSE(world.delivery(1).is_in_doubt);
  EXPECT_NE(world.delivery(1).reason.find("answered newer"), std::string::npos);
  world.job.knows_newer = true;
  world.pass(Millis(20'000));
  EXPECT_EQ(world.performed(), (Texts{"2", "1", "d-000001"})) << "the answer has its plan";
}

TEST(EngineDoubt, a_replica_that_slept_and_still_has_its_lane_sends_without_asking) {
  World world;
  world.target.pace = Millis(100);
  world.target.answer = Settled::Kind::unknown;
  world.send("a", "1");
  world.clock.advance(Millis(90'000));
  world.pass(Millis(2000));
  EXPECT_EQ(world.performed(), Texts{"1"});
  EXPECT_EQ(world.target.settled, 0) << "what was not sent is not in doubt";
  EXPECT_EQ(world.delivery(1).attempts, 1);
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(EngineDoubt, a_pace_that_is_longer_than_the_lease_is_waited_for_and_then_it_is_sent) {
  World world;
  world.outbox->change({Millis(1000), Millis(10'000), Millis(3'600'000)}, Millis(120'000));
  world.target.pace = Millis(60'000);
  world.send("a", "1");
  for (int i = 0; i < 7; ++i) world.pass(Millis(10'000));
  EXPECT_EQ(world.performed(), Texts{"1"});
  EXPECT_EQ(world.delivery(1).attempts, 1);
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(EngineDoubt, a_question_that_takes_long_leads_to_sending_all_the_same) {
  World world;
  world.target.script = {Outcome::unsure("no answer")};
  world.target.settling_takes = Millis(19'000);
  world.send("a", "1");
  world.pass(Millis(40'000));
  EXPECT_EQ(world.target.settled, 1);
  EXPECT_EQ(world.performed(), (Texts{"1", "1"}));
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(EngineDoubt, a_try_may_take_longer_than_the_lease_which_is_renewed_meanwhile) {
  World world;
  world.outbox->change({Millis(1000), Millis(10'000), Millis(3'600'000)}, Millis(120'000));
  world.target.takes = Millis(100'000);
  world.send("a", "1");
  for (int i = 0; i < 9; ++i) {
    world.pass(Millis(10'000));
    EXPECT_EQ(world.lanes_for_another(world.clock.now()), 0U) << i;
  }
  world.pass(Millis(15'000));
  EXPECT_EQ(world.performed(), Texts{"1"});
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
  EXPECT_EQ(world.metrics.text().find("deskwire_lanes_lost_total 1"), std::string::npos);
}

TEST(EngineDoubt, an_exception_out_of_a_connector_is_one_failed_try) {
  World world;
  world.target.throws_before = true;
  world.send("a", "1");
  EXPECT_EQ(world.state_of(1), DeliveryState::pending);
  EXPECT_FALSE(world.delivery(1).is_in_doubt) << "nothing was sent";
  EXPECT_NE(world.delivery(1).reason.find("broken before a byte"), std::string::npos);
  world.target.throws_before = false;
  world.target.throws_behind = true;
  world.pass(Millis(2000));
  EXPECT_TRUE(world.delivery(1).is_in_doubt) << "it may have been sent";
  world.target.throws_behind = false;
  world.pass(Millis(20'000));
  EXPECT_EQ(world.target.settled, 1);
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(EngineDoubt, a_doubt_outlives_the_time_in_which_its_target_is_not_configured) {
  World world;
  world.target.script = {Outcome::unsure("HTTP 500")};
  world.target.answer = Settled::Kind::happened;
  world.send("a", "1");
  world.restart_with({});
  world.pass(Millis(20'000));
  EXPECT_NE(world.delivery(1).reason.find("not configured"), std::string::npos);
  EXPECT_TRUE(world.delivery(1).is_in_doubt);
  world.restart_with({&world.target});
  world.pass(Millis(20'000));
  EXPECT_EQ(world.target.settled, 1);
  EXPECT_EQ(world.performed(), Texts{"1"}) << "it had happened";
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
}

TEST(EngineDoubt, a_try_that_came_to_nothing_says_nothing_about_the_one_before) {
  World world;
  world.target.answer = Settled::Kind::repeatable;
  world.target.script = {Outcome::unsure("HTTP 500"), Outcome::later("connection refused"),
                         Outcome::later("429")};
  world.send("a", "1");
  world.pass(Millis(4000));
  EXPECT_TRUE(world.delivery(1).is_in_doubt) << world.delivery(1).reason;
  world.pass(Millis(20'000));
  EXPECT_EQ(world.target.settled, 3) << "each time before it is sent again";
  EXPECT_EQ(world.state_of(1), DeliveryState::done);
  EXPECT_FALSE(world.delivery(1).is_in_doubt);
}

TEST(EngineDoubt, a_doubt_that_is_given_up_is_of_unknown_outcome_and_not_dead) {
  World world;
  world.target.script = {Outcome::unsure("HTTP 500")};
  world.send("a", "1");
  world.send("b", "2");
  world.restart_with({});
  world.clock.advance(Millis(3'600'000));
  world.pass(Millis(20'000));
  EXPECT_EQ(world.state_of(1), DeliveryState::unsure);
  EXPECT_EQ(world.state_of(2), DeliveryState::done);
}

TEST(EngineDoubt, an_answer_whose_plan_the_store_refuses_is_parked_and_its_lane_goes_on) {
  World world;
  EXPECT_TRUE(world.say("a", "1", "ask same").ok());
  EXPECT_TRUE(world.say("a", "2", "ask same").ok());
  world.send("a", "3");
  world.pass(Millis(3000));
  EXPECT_EQ(world.performed(), (Texts{"1", "2", "3"}));
  EXPECT_EQ(world.state_of(2), DeliveryState::done);
  EXPECT_NE(world.metrics.text().find("deskwire_events_parked_total{source=\"delivery\"} 1"),
            std::string::npos);
}

TEST(EngineDoubt, whatever_write_fails_or_is_answered_wrongly_all_is_delivered_once) {
  for (const bool stands : {false, true}) {
    for (const ErrorKind kind : {ErrorKind::full, ErrorKind::unsure}) {
      for (int at = 1; at <= 30; ++at) {
        World world;
        world.lying->lies_at = world.lying->writes + at;
        world.lying->stands = stands;
        world.lying->kind_of_lie = kind;
        world.target.takes = Millis(15'000);  // long enough to be renewed
        for (const char* key : {"1", "2", "3"}) {
          const char* how = std::string_view(key) == "2" ? "ask" : "say";
          const bool is_heard = world.say("a", key, how).ok();
          // A sender that was told of a failure comes again.
          const bool is_taken = is_heard || world.say("a", key, how).ok();
          EXPECT_TRUE(is_taken);
        }
        world.pass(Millis(120'000));
        const std::string what = fmt::format("write {} {}", at, stands ? "stands" : "is lost");
        EXPECT_EQ(world.performed(), (Texts{"1", "2", "3"})) << what;
        EXPECT_EQ(world.target.settled, 0) << what << ": nothing was ever in doubt";
        for (int64_t id : {1, 2, 3}) {
          EXPECT_EQ(world.state_of(id), DeliveryState::done) << what;
          EXPECT_EQ(world.delivery(id).attempts, 1) << what;
        }
        EXPECT_EQ(world.lanes_for_another(world.clock.now() + Millis(99'000)), 0U) << what;
      }
    }
  }
}

TEST(EngineDoubt, what_was_claimed_by_a_write_without_an_answer_is_given_back_at_stop) {
  for (const bool stands : {false, true}) {
    World world;
    const int claim = 2;  // behind the event
    world.lying->lies_at = world.lying->writes + claim;
    world.lying->stands = stands;
    world.lying->kind_of_lie = ErrorKind::unsure;
    EXPECT_TRUE(world.say("a", "1", "say").ok());
    world.outbox->stop();
    world.pass(Millis(5000));
    EXPECT_EQ(world.performed(), Texts{});
    EXPECT_EQ(world.state_of(1), DeliveryState::pending);
    EXPECT_EQ(world.delivery(1).attempts, 0);
    EXPECT_FALSE(world.delivery(1).is_in_doubt) << "nothing was sent";
    EXPECT_EQ(world.lanes_for_another(world.clock.now()), 1U);
  }
}

TEST(EngineDoubt, what_a_dead_replica_held_another_works_on_in_time_also_if_its_clock_is_behind) {
  World dead(false, false, lane_lease);
  dead.target.takes = Millis(600'000);
  dead.send("a", "1");
  dead.pass(lane_renewal + Millis(100));  // it dies right behind a renewal, the worst of instants
  Loop loop;
  ManualClock clock(dead.clock.now() - clocks_apart_max);
  TaskGroup tasks(loop, clock);
  Told target;
  target.answer = Settled::Kind::happened;
  Inbox inbox(*dead.store, clock, dead.metrics, {&dead.job}, {});
  OutboxSettings settings;
  settings.holder = "other";
  Outbox other(loop, clock, dead.random, *dead.store, inbox, dead.metrics, tasks, {&target},
               settings);
  other.start();
  Millis waited{};
  for (; target.settled == 0 && waited < Millis(60'000); waited += Millis(100)) {
    clock.advance(Millis(100));
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  EXPECT_EQ(target.settled, 1);
  EXPECT_GT(waited, lane_lease - lane_renewal);
  EXPECT_LE(waited, lane_lease + clocks_apart_max + look_again);
  EXPECT_LT(waited, takeover_max);
  other.stop();
}

/// A folder with a store whose only writer is somebody else.
struct LockedStore {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
  std::unique_ptr<SqliteDb> other;

  LockedStore() { std::filesystem::create_directory(folder); }
  ~LockedStore() {
    other.reset();
    std::filesystem::remove_all(folder);
  }
  std::string file() const { return (folder / "store.db").string(); }
  void lock() {
    other = std::move(*SqliteDb::open(file()));
    const Statement begin{"test", "BEGIN IMMEDIATE", ""};
    EXPECT_TRUE(other->run(begin).ok());
  }
};

/// Built and destroyed in the daemon's order: the loop goes last.
TEST(EngineDoubt, at_stop_no_work_of_the_store_runs_after_what_it_refers_to_is_gone) {
  LockedStore place;
  Loop loop;
  LoopClock clock(loop);
  auto store = std::move(*open_store("sqlite:" + place.file(), OpenMode::serve, &loop));
  std::vector<Result<Accepted>> said(20, Error{});
  {
    Random random(7);
    Metrics metrics;
    Relay job;
    Told target;
    TaskGroup tasks(loop, clock);
    Inbox inbox(*store, clock, metrics, {&job}, {});
    OutboxSettings settings;
    settings.holder = "me";
    Outbox outbox(loop, clock, random, *store, inbox, metrics, tasks, {&target}, settings);
    outbox.start();
    loop.run_for(Millis(100));
    place.lock();
    for (size_t i = 0; i < said.size(); ++i) {
      Event event{.source = "a", .key = std::to_string(i), .kind = "say", .at = clock.now()};
      tasks.run("say", World::hand(inbox, std::move(event), said[i]));
    }
    loop.restart();
    loop.run_for(Millis(200));
    outbox.stop();
    store->close();
  }
  place.other.reset();  // the lock is gone: whatever still waited could run now, and must not
  const auto seen = open_store("sqlite:" + place.file(), OpenMode::visit, nullptr);
  ASSERT_TRUE(seen.ok());
  const Result<void> read = (*seen)->read_now([](ReadDb& db) -> Result<void> {
    DW_TRY(const BacklogMetrics metrics, deliveries::backlog(db));
    EXPECT_EQ(metrics.pending, 0);
    return {};
  });
  EXPECT_TRUE(read.ok());
}

}  // namespace
}  // namespace dw
