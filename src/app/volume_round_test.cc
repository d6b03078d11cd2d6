#include "app/volume_round.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "jobs/volume/rows.h"
#include "records/leases.h"

namespace dw {
namespace {

constexpr std::chrono::minutes ten_minutes{10};

/// A desk with a ticket every ten minutes, and an outage on request. Its export tells each ticket
/// in the order of birth, and the first of each page a second time at the end, as if it had
/// changed.
class CountingDesk : public Target {
 public:
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }

  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt) override {
    const auto& question = std::get<Ask>(deliveries.at(0).payload);
    ++asked[question.about];
    std::vector<Outcome> out;
    if (down_from.contains(question.about) && asked[question.about] >= down_from[question.about]) {
      out.push_back(Outcome::later("down", Millis(0)));
      co_return out;
    }
    if (asked[question.about] == fails_at[question.about]) {
      out.push_back(Outcome::refused("not now"));
      co_return out;
    }
    const TimePoint from = *from_rfc3339(std::string(question.details.at("from").as_string()));
    if (question.about == "export") {
      out.push_back(is_admin ? Outcome::done(export_page(question, from))
                             : Outcome::refused("for admins only"));
      co_return out;
    }
    const TimePoint until = *from_rfc3339(std::string(question.details.at("to").as_string()));
    if (question.about == "count") {
      const int64_t count = (until - from) / ten_minutes;
      out.push_back(Outcome::done(json::object{{"count", count + extra}}));
    } else {
      out.push_back(Outcome::done(page(question, from, until)));
    }
    co_return out;
  }
  Task<Settled> settle(Delivery, Attempt) override { co_return Settled{}; }
  Task<std::vector<Probe>> probe(Millis) override { co_return std::vector<Probe>{}; }

  std::map<std::string, int> asked;
  std::map<std::string, int> fails_at;   // the n-th question of a kind is refused
  std::map<std::string, int> down_from;  // the n-th and all after it find nobody there
  bool is_admin = true;
  int64_t extra = 0;

 private:
  static json::value page(const Ask& question, TimePoint from, TimePoint until) {
    constexpr int64_t page_size = 500;
    const std::string cursor(question.details.at("cursor").as_string());
    const int64_t first = cursor.empty() ? 0 : std::stoll(cursor);
    json::array tickets;
    int64_t i = first;
    for (; i < first + page_size && from + i * std::chrono::minutes(10) < until; ++i) {
      const TimePoint at = from + i * std::chrono::minutes(10);
      json::object ticket = birth(at);
      ticket["subject"] = "s";
      ticket["tags"] = json::array{"vpn"};
      tickets.push_back(std::move(ticket));
    }
    const bool has_more = from + i * std::chrono::minutes(10) < until;
    json::value next = nullptr;
    if (has_more) next = json::string(std::to_string(i));
    return json::object{{"tickets", std::move(tickets)}, {"next_cursor", std::move(next)}};
  }

  static json::object birth(TimePoint at) {
    return {{"id", to_text(json::value(at.time_since_epoch() / ten_minutes))},
            {"created_at", to_rfc3339(at)}};
  }

  static json::value export_page(const Ask& question, TimePoint from) {
    const std::string cursor(question.details.at("cursor").as_string());
    const TimePoint first = cursor.empty() ? from : *from_rfc3339(cursor);
    const TimePoint now = system_now();
    json::array tickets;
    TimePoint at = first;
    for (; at < first + 500 * ten_minutes && at < now; at += ten_minutes) {
      tickets.push_back(birth(at));
    }
    tickets.push_back(birth(first));
    return json::object{{"tickets", std::move(tickets)},
                        {"next_cursor", to_rfc3339(at)},
                        {"reached", to_rfc3339(at)},
                        {"is_end", at >= now}};
  }

  std::string name_ = "desk:zendesk";
};

struct Round {
  std::unique_ptr<Core> core;
  CountingDesk* desk = nullptr;

  Round() {
    Settings settings;
    settings.store.url = "sqlite::memory:";
    settings.volume.is_on = true;
    settings.volume.history = std::chrono::hours(21 * 24);
    Result<std::unique_ptr<Core>> built = build_core(std::move(settings), OpenMode::visit);
    EXPECT_TRUE(built.ok());
    core = std::move(*built);
    auto made = std::make_unique<CountingDesk>();
    desk = made.get();
    core->targets.push_back(std::move(made));
  }
  VolumeParts parts() const { return {core->settings.volume, *load_judging(core->settings), ""}; }
  void complete(Task<void> task) {
    asio::co_spawn(core->loop, std::move(task),
                   [](std::exception_ptr left) { EXPECT_EQ(left, nullptr); });
    core->loop.run();
    core->loop.restart();
  }
  static Task<void> look(Core& core, VolumeParts parts, Result<json::object>& out) {
    VolumeRound round(core, std::move(parts));
    RoundOptions options;
    options.key = random_uuid();
    out = co_await round.run(std::move(options));
  }
  static Task<void> fill(Core& core, VolumeParts parts, TimePoint since, Result<int64_t>& out) {
    VolumeRound round(core, std::move(parts));
    auto told = [](TimePoint, int64_t) {};
    out = co_await round.backfill(since, told);
  }
  Result<json::object> run() {
    Result<json::object> out = Error{};
    complete(look(*core, parts(), out));
    return out;
  }
  Result<int64_t> backfill(TimePoint since) {
    Result<int64_t> out = Error{};
    complete(fill(*core, parts(), since, out));
    return out;
  }
  std::vector<HourCount> stored() const {
    std::vector<HourCount> out;
    auto work = [&out](ReadDb& db) -> Result<void> {
      DW_TRY(out, volume::hours(db, TimePoint{}, TimePoint::max()));
      return {};
    };
    EXPECT_TRUE(core->store->read_now(work).ok());
    return out;
  }
};

TEST(volume_round, the_first_fetches_history_in_bulk_and_the_next_only_corrects) {
  Round world;
  const auto first = world.run();
  ASSERT_TRUE(first.ok()) << first.error().text();
  EXPECT_EQ(first->at("count").as_int64(), 6);
  EXPECT_EQ(world.desk->asked["count"], 0) << "nothing was stored that could be corrected";
  EXPECT_LE(world.desk->asked["export"], 7) << "a page per 500 tickets, not one per hour";
  EXPECT_GE(world.stored().size(), 21u * 24);
  world.desk->asked.clear();
  world.desk->extra = 1;  // late tickets
  ASSERT_TRUE(world.run().ok());
  EXPECT_EQ(world.desk->asked["search"], 0);
  EXPECT_EQ(world.desk->asked["count"], 6);
  const std::vector<HourCount> hours = world.stored();
  EXPECT_EQ(hours.at(hours.size() - 2).count, 7);
  EXPECT_EQ(hours.at(hours.size() - 6).count, 6) << "five hours old: not looked at this time";
}

constexpr std::chrono::hours weeks_back{28 * 24};

void expect_six_an_hour(const Round& world, TimePoint since) {
  const std::vector<HourCount> hours = world.stored();
  ASSERT_FALSE(hours.empty());
  EXPECT_EQ(hours.front().hour, since);
  for (const HourCount& one : hours) EXPECT_EQ(one.count, 6) << to_rfc3339(one.hour);
}

TEST(volume_round, while_a_replica_counts_the_history_no_other_does) {
  Round world;
  auto taken = [&](Db& db) -> Result<void> {
    const TimePoint now = world.core->clock.now();
    return leases::hold(db, "volume.gap", "another", now, now + Millis(60'000)).ok()
               ? Result<void>{}
               : Error{};
  };
  ASSERT_TRUE(world.core->store->write_now(taken).ok());
  const auto seen = world.run();
  ASSERT_FALSE(seen.ok());
  EXPECT_EQ(seen.error().kind, ErrorKind::busy);
  EXPECT_TRUE(world.desk->asked.empty());
}

TEST(volume_round, a_backfill_counts_each_ticket_once_however_often_it_is_told) {
  Round world;
  const TimePoint since = hour_of(world.core->clock.now()) - weeks_back;
  ASSERT_TRUE(world.backfill(since).ok());
  EXPECT_EQ(world.desk->asked["search"], 0);
  EXPECT_EQ(world.desk->asked["export"], 9) << "a page per 500 tickets";
  expect_six_an_hour(world, since);
}

TEST(volume_round, a_backfill_that_broke_off_goes_on_where_it_stopped) {
  Round world;
  const TimePoint since = hour_of(world.core->clock.now()) - 4 * weeks_back;
  world.desk->down_from["export"] = 13;
  const auto broken = world.backfill(since);
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().kind, ErrorKind::unreachable);
  EXPECT_TRUE(world.stored().empty()) << "no hour is known before the last page";
  world.desk->down_from.clear();
  world.desk->asked.clear();
  ASSERT_TRUE(world.backfill(since).ok());
  EXPECT_EQ(world.desk->asked["export"], 33 - 10) << "ten pages were kept";
  expect_six_an_hour(world, since);
}

TEST(volume_round, a_backfill_whose_cursor_has_grown_too_old_begins_anew) {
  Round world;
  const TimePoint since = hour_of(world.core->clock.now()) - 4 * weeks_back;
  world.desk->down_from["export"] = 13;
  ASSERT_FALSE(world.backfill(since).ok());
  world.desk->down_from.clear();
  world.desk->asked.clear();
  world.desk->fails_at["export"] = 1;
  ASSERT_TRUE(world.backfill(since).ok());
  EXPECT_EQ(world.desk->asked["export"], 1 + 33);
  expect_six_an_hour(world, since);
}

TEST(volume_round, a_user_who_is_no_admin_counts_through_the_search_and_goes_on_there) {
  Round world;
  world.desk->is_admin = false;
  world.desk->fails_at["search"] = 10;
  const TimePoint since = hour_of(world.core->clock.now()) - weeks_back;
  ASSERT_FALSE(world.backfill(since).ok());
  ASSERT_TRUE(world.backfill(since).ok());
  const int asked = world.desk->asked["search"];
  const auto again = world.backfill(since);
  ASSERT_TRUE(again.ok());
  EXPECT_LE(world.desk->asked["search"] - asked, 1) << "what is there is not fetched again";
  expect_six_an_hour(world, since);
}

TEST(volume_round, a_query_of_its_own_is_counted_through_the_search) {
  Round world;
  world.core->settings.volume.query = "type:ticket tags:vpn";
  const TimePoint since = hour_of(world.core->clock.now()) - weeks_back;
  ASSERT_TRUE(world.backfill(since).ok());
  EXPECT_EQ(world.desk->asked["export"], 0);
  expect_six_an_hour(world, since);
}

TEST(volume_round, without_the_desk_it_says_what_to_do) {
  Round world;
  world.core->targets.clear();
  const auto seen = world.run();
  ASSERT_FALSE(seen.ok());
  EXPECT_NE(seen.error().text().find("[zendesk]"), std::string::npos);
}

TEST(volume_round, holidays_are_those_of_the_hours_unless_the_volume_has_its_own) {
  Settings settings;
  settings.hours.holidays = {"2026-12-25", "2026-12-26"};
  EXPECT_EQ(load_judging(settings)->holidays.size(), 2u);
  settings.volume.holidays = {"2026-10-03"};
  EXPECT_EQ(load_judging(settings)->holidays.size(), 1u);
}

}  // namespace
}  // namespace dw
