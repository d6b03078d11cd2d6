// The ticket volume through the engine: what is asked, what is kept, and that an hour is judged
// once, whatever breaks.
#include <boost/asio/co_spawn.hpp>
#include <thread>

#include "contract/volume_world.h"
#include "net/loop_clock.h"
#include "records/events.h"

namespace dw {

void VolumeWorld::stop() {
  if (!replica) return;
  replica->outbox.stop();
  asio::co_spawn(loop, replica->tasks.stop(Millis(0)), [](std::exception_ptr) {});
  pass(Millis(2000));
  replica.reset();
  bundle->store->on_change({});
}

namespace {

class VolumeContract : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Stores, VolumeContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& param) { return param.param; });

constexpr std::chrono::hours weeks_back{28 * 24};

void expect_six_an_hour(VolumeWorld& world, TimePoint since) {
  const std::vector<HourCount> hours = world.stored();
  ASSERT_FALSE(hours.empty());
  EXPECT_EQ(hours.front().hour, since);
  for (const HourCount& one : hours) EXPECT_EQ(one.count, 6) << to_rfc3339(one.hour);
}

std::string error_of(const VolumeRun& run) {
  return run.state == RunState::failed ? decode_error(run.result).text() : "";
}

TEST_P(VolumeContract, the_first_look_fetches_history_in_bulk_and_the_next_only_corrects) {
  VolumeWorld world(GetParam());
  const VolumeRun first = world.look();
  ASSERT_EQ(first.state, RunState::done) << error_of(first);
  EXPECT_EQ(first.result.at("count").as_int64(), 6);
  EXPECT_EQ(world.desk.asked["count"], 0) << "nothing was stored that could be corrected";
  EXPECT_LE(world.desk.asked["export"], 8) << "a page per 500 tickets, not one per hour";
  EXPECT_GE(world.stored().size(), 21U * 24);
  world.desk.asked.clear();
  const TimePoint latest = world.latest();
  for (int age = 0; age < 30; ++age) world.desk.extra[latest - age * one_hour] = 1;
  ASSERT_EQ(world.look().state, RunState::done);
  EXPECT_EQ(world.desk.asked["search"], 0);
  EXPECT_EQ(world.desk.asked["export"], 0);
  EXPECT_EQ(world.desk.asked["count"], 6);
  const std::vector<HourCount> hours = world.stored();
  EXPECT_EQ(hours.at(hours.size() - 2).count, 7) << "late tickets";
  EXPECT_EQ(hours.at(hours.size() - 6).count, 6) << "five hours old: not looked at this time";
}

TEST_P(VolumeContract, an_hour_out_of_line_is_told_once_with_its_tags) {
  VolumeWorld world(GetParam());
  world.fill(world.latest());
  world.desk.extra[world.latest()] = 200;
  const VolumeRun run = world.look();
  ASSERT_EQ(run.state, RunState::done) << error_of(run);
  EXPECT_EQ(run.result.at("mark").as_string(), "spike");
  EXPECT_EQ(run.result.at("told").as_int64(), 1);
  const json::value& tags = run.result.at("tags");
  EXPECT_EQ(tags.at("tickets").as_int64(), 6);
  EXPECT_EQ(tags.at("baseline_tickets").as_int64(), 4 * 3 * 6);
  EXPECT_EQ(tags.at("by_count").at(0).at("tag").as_string(), "vpn");
  EXPECT_EQ(world.desk.asked["search"], 5) << "the hour, and four weeks before";
  EXPECT_EQ(world.alerts(), 1U);
  EXPECT_EQ(world.incidents(), 1U);
  ASSERT_EQ(world.look().state, RunState::done);
  EXPECT_EQ(world.alerts(), 1U) << "the same incident again tells nobody";
}

TEST_P(VolumeContract, tags_that_cannot_be_fetched_hold_back_no_alert) {
  VolumeWorld world(GetParam());
  world.fill(world.latest());
  world.desk.extra[world.latest()] = 200;
  world.desk.fails_at["search"] = 3;
  const VolumeRun run = world.look();
  ASSERT_EQ(run.state, RunState::done) << error_of(run);
  EXPECT_TRUE(run.result.at("tags").is_null());
  EXPECT_EQ(world.alerts(), 1U);
  EXPECT_TRUE(world.open_in(volume_look_lane).empty()) << "the refusal waits for nobody";
}

TEST_P(VolumeContract, a_dry_run_counts_and_tells_nobody) {
  VolumeWorld world(GetParam());
  world.fill(world.latest());
  world.desk.extra[world.latest()] = 200;
  const VolumeRun run = world.look({{"is_dry", true}});
  ASSERT_EQ(run.state, RunState::done) << error_of(run);
  EXPECT_EQ(run.result.at("mark").as_string(), "spike");
  EXPECT_EQ(world.alerts(), 0U);
  EXPECT_EQ(world.incidents(), 0U);
  EXPECT_EQ(world.stored().back().count, 206);
}

TEST_P(VolumeContract, a_tick_that_comes_twice_is_one_look) {
  VolumeWorld world(GetParam());
  world.fill(world.latest());
  EXPECT_TRUE(world.hand("volume/10", volume_look_kind, {})->is_first);
  EXPECT_FALSE(world.hand("volume/10", volume_look_kind, {})->is_first);
  world.pass(Millis(3000));
  EXPECT_EQ(world.desk.asked["count"], 7);
}

TEST_P(VolumeContract, while_one_look_is_at_it_another_waits) {
  VolumeWorld world(GetParam());
  world.fill(world.latest());
  world.desk.down_from["count"] = 1;
  const std::string first = world.begin(volume_look_kind, {});
  const Result<Accepted> second = world.hand("second", volume_look_kind, {});
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->reply.at("waits_for").as_string(), first);
  EXPECT_EQ(world.open_in(volume_look_lane).size(), 1U);
  world.desk.down_from.clear();
  world.pass(Millis(15'000));
  EXPECT_EQ(world.run(first).state, RunState::done) << "the engine tried again";
}

TEST_P(VolumeContract, a_run_whose_question_a_person_discarded_is_left_behind) {
  VolumeWorld world(GetParam());
  world.fill(world.latest());
  world.desk.down_from["count"] = 1;
  const std::string left = world.begin(volume_look_kind, {});
  const DeliveryId question = world.open_in(volume_look_lane).at(0).id;
  world.bundle->write(
      [&](Db& db) { return deliveries::discard(db, question, "x", world.clock.now()); });
  world.desk.down_from.clear();
  const VolumeRun next = world.look();
  EXPECT_EQ(next.state, RunState::done) << error_of(next);
  EXPECT_EQ(world.run(left).state, RunState::failed);
}

TEST_P(VolumeContract, an_answer_that_was_lost_is_asked_for_again_and_the_hour_is_judged_once) {
  VolumeWorld world(GetParam());
  world.fill(world.latest());
  world.desk.extra[world.latest()] = 200;
  AsyncEvent never(world.loop, world.clock);
  world.desk.silent = &never;
  const std::string key = world.begin(volume_look_kind, {});
  EXPECT_EQ(world.desk.asked["count"], 1);
  world.stop();
  ASSERT_TRUE(world.open_in(volume_look_lane).at(0).is_in_doubt);
  world.desk.silent = nullptr;
  world.start();
  world.pass(Millis(40'000));
  const VolumeRun run = world.run(key);
  EXPECT_EQ(run.state, RunState::done) << error_of(run);
  EXPECT_EQ(world.desk.settled, 1);
  EXPECT_EQ(world.desk.asked["count"], 1 + 7);
  EXPECT_EQ(world.alerts(), 1U);
  EXPECT_EQ(world.incidents(), 1U);
}

TEST_P(VolumeContract, a_backfill_counts_each_ticket_once_however_often_it_is_told) {
  VolumeWorld world(GetParam());
  const TimePoint since = hour_of(world.clock.now()) - weeks_back;
  const VolumeRun run = world.backfill(since);
  ASSERT_EQ(run.state, RunState::done) << error_of(run);
  EXPECT_EQ(world.desk.asked["search"], 0);
  EXPECT_EQ(world.desk.asked["export"], 9) << "a page per 500 tickets";
  expect_six_an_hour(world, since);
  world.bundle->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto left, volume::created(db, run.history->name));
    EXPECT_TRUE(left.empty()) << "what was counted is forgotten at the end";
    for (int64_t id = 1; id < 100; ++id) {
      DW_TRY(const auto event, events::find(db, {id}));
      if (!event) break;
      EXPECT_LT(to_text(event->event.body).size(), 500U) << "a page is not kept";
    }
    return {};
  });
}

TEST_P(VolumeContract, a_backfill_that_broke_off_goes_on_where_it_stopped) {
  VolumeWorld world(GetParam());
  const TimePoint since = hour_of(world.clock.now()) - 4 * weeks_back;
  world.desk.down_from["export"] = 13;
  const VolumeRun broken = world.backfill(since);
  EXPECT_EQ(broken.state, RunState::open);
  world.cancel(broken.key);
  EXPECT_EQ(decode_error(world.run(broken.key).result).kind, ErrorKind::unreachable);
  EXPECT_TRUE(world.open_in(volume_backfill_lane).empty());
  EXPECT_TRUE(world.stored().empty()) << "no hour is known before the last page";
  world.desk.down_from.clear();
  world.desk.asked.clear();
  ASSERT_EQ(world.backfill(since).state, RunState::done);
  EXPECT_EQ(world.desk.asked["export"], 33 - 12) << "twelve pages were kept";
  expect_six_an_hour(world, since);
}

TEST_P(VolumeContract, a_backfill_whose_process_died_goes_on_by_itself) {
  VolumeWorld world(GetParam());
  const TimePoint since = hour_of(world.clock.now()) - 4 * weeks_back;
  world.desk.down_from["export"] = 13;
  const VolumeRun broken = world.backfill(since);
  world.stop();
  world.desk.down_from.clear();
  world.start();
  world.pass(Millis(60'000));
  EXPECT_EQ(world.run(broken.key).state, RunState::done);
  expect_six_an_hour(world, since);
}

TEST_P(VolumeContract, a_backfill_whose_cursor_has_grown_too_old_begins_again) {
  VolumeWorld world(GetParam());
  const TimePoint since = hour_of(world.clock.now()) - 4 * weeks_back;
  world.desk.down_from["export"] = 13;
  world.cancel(world.backfill(since).key);
  world.desk.down_from.clear();
  world.desk.asked.clear();
  world.desk.fails_at["export"] = 1;
  ASSERT_EQ(world.backfill(since).state, RunState::done);
  EXPECT_EQ(world.desk.asked["export"], 1 + 33);
  expect_six_an_hour(world, since);
}

TEST_P(VolumeContract, a_user_who_is_no_admin_counts_through_the_search_and_goes_on_there) {
  VolumeWorld world(GetParam());
  world.desk.is_admin = false;
  world.desk.fails_at["search"] = 10;
  const TimePoint since = hour_of(world.clock.now()) - weeks_back;
  ASSERT_EQ(world.backfill(since).state, RunState::failed);
  ASSERT_EQ(world.backfill(since).state, RunState::done);
  const int asked = world.desk.asked["search"];
  ASSERT_EQ(world.backfill(since).state, RunState::done);
  EXPECT_LE(world.desk.asked["search"] - asked, 1) << "what is there is not fetched again";
  expect_six_an_hour(world, since);
  EXPECT_TRUE(world.open_in(volume_backfill_lane).empty()) << "no refusal waits for a person";
}

TEST_P(VolumeContract, a_query_of_its_own_is_counted_through_the_search) {
  VolumeWorld world(GetParam());
  world.parts.settings.query = "type:ticket tags:vpn";
  const TimePoint since = hour_of(world.clock.now()) - weeks_back;
  ASSERT_EQ(world.backfill(since).state, RunState::done);
  EXPECT_EQ(world.desk.asked["export"], 0);
  expect_six_an_hour(world, since);
}

TEST_P(VolumeContract, a_long_backfill_holds_back_no_look) {
  VolumeWorld world(GetParam());
  world.fill(world.latest());
  world.desk.down_from["export"] = 3;
  EXPECT_EQ(world.backfill(hour_of(world.clock.now()) - weeks_back).state, RunState::open);
  EXPECT_EQ(world.look().state, RunState::done);
}

TEST_P(VolumeContract, counts_of_a_file_come_with_the_event_and_are_not_kept_in_it) {
  VolumeWorld world(GetParam());
  world.parts.settings.source = "file:counts.csv";
  json::array counts;
  for (int i = 21 * 24; i >= 0; --i) {
    const TimePoint hour = world.latest() - i * one_hour;
    counts.push_back(json::array{hour.time_since_epoch().count(), i == 0 ? 206 : 6});
  }
  const Result<Accepted> taken = world.hand("1", volume_look_kind, {{"counts", std::move(counts)}});
  ASSERT_TRUE(taken.ok()) << taken.error().text();
  EXPECT_EQ(taken->reply.at("summary").at("mark").as_string(), "spike");
  EXPECT_EQ(world.stored().size(), 21U * 24 + 1);
  world.bundle->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto event, events::find(db, taken->event));
    EXPECT_EQ(to_text(event->event.body), "{}");
    return {};
  });
}

TEST_P(VolumeContract, without_the_desk_it_says_what_to_do) {
  VolumeWorld world(GetParam());
  world.parts.account.clear();
  const Result<Accepted> seen = world.hand("1", volume_look_kind, {});
  ASSERT_FALSE(seen.ok());
  EXPECT_NE(seen.error().text().find("[zendesk]"), std::string::npos);
}

TEST_P(VolumeContract, runs_grow_old_and_histories_that_nobody_goes_on_with) {
  VolumeWorld world(GetParam());
  world.desk.down_from["export"] = 3;
  const VolumeRun left = world.backfill(hour_of(world.clock.now()) - weeks_back);
  world.stop();
  const TimePoint before = world.clock.now() + one_hour;
  for (int i = 0; i < 1000; ++i) {
    int64_t removed = 0;
    world.bundle->write([&](Db& db) -> Result<void> {
      DW_TRY(removed, volume::prune(db, before, 100));
      return {};
    });
    if (removed == 0) break;
  }
  world.bundle->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto run, volume::run(db, left.key));
    EXPECT_FALSE(run.has_value());
    DW_TRY(const auto created, volume::created(db, left.history->name));
    EXPECT_TRUE(created.empty());
    DW_TRY(const std::string place, volume::cursor(db, left.history->name));
    EXPECT_EQ(place, "");
    return {};
  });
}

/// A process of its own, as far as the store can tell.
struct ThreadedReplica {
  Loop loop;
  LoopClock clock{loop};
  std::unique_ptr<Store> store;
  CountingDesk desk{clock};
  std::unique_ptr<VolumeReplica> replica;
  std::thread thread;

  ThreadedReplica(const std::string& url, const TimePoint spike, const std::string& name) {
    store = std::move(*open_store(url, OpenMode::visit, nullptr));
    desk.extra[spike] = 200;
    replica = std::make_unique<VolumeReplica>(loop, clock, *store, desk, volume_parts(), name);
  }
  void tick(const std::string& key, Result<Accepted>& out) {
    replica->tasks.run("hand", VolumeReplica::hand(replica->inbox,
                                                   replica->event(key, volume_look_kind, {}), out));
  }
  static Task<void> end_after(ThreadedReplica& self, Millis time) {
    AsyncEvent over(self.loop, self.clock);
    co_await over.wait(self.clock.monotonic() + time);
    self.replica->outbox.stop();
  }
  void run(Millis time) {
    replica->tasks.run("end", end_after(*this, time));
    thread = std::thread([this] { loop.run(); });
  }
};

TEST(VolumeReplicas, two_at_once_judge_an_hour_once) {
  Bundle bundle;
  bundle.url = fresh_postgres_url();
  bundle.reopen();
  const TimePoint latest = hours_end(system_now()) - one_hour;
  std::vector<HourCount> hours;
  for (int i = 21 * 24; i > 0; --i) hours.push_back({latest - i * one_hour, 6});
  bundle.write([&](Db& db) { return volume::set_hours(db, hours, system_now()); });
  ThreadedReplica one(bundle.url, latest, "one"), two(bundle.url, latest, "two");
  Result<Accepted> first = Error{}, second = Error{}, third = Error{};
  one.tick("volume/10", first);
  two.tick("volume/10", second);
  two.tick("by hand", third);
  one.run(Millis(6000));
  two.run(Millis(6000));
  one.thread.join();
  two.thread.join();
  ASSERT_TRUE(first.ok() && second.ok() && third.ok());
  EXPECT_NE(first->is_first, second->is_first) << "a tick is taken once";
  EXPECT_EQ(one.desk.asked["count"] + two.desk.asked["count"], 7);
  bundle.read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto incidents, volume::incidents(db, TimePoint{}));
    EXPECT_EQ(incidents.size(), 1U);
    DW_TRY(const auto alerts, deliveries::open_in_lane(db, "volume:mail", 10));
    EXPECT_EQ(alerts.size(), 1U);
    return {};
  });
}

}  // namespace
}  // namespace dw
