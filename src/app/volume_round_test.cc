#include "app/volume_round.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

namespace dw {
namespace {

/// A desk with a ticket every ten minutes, and an outage on request.
class CountingDesk : public Target {
 public:
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }

  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Millis) override {
    const auto& question = std::get<Ask>(deliveries.at(0).payload);
    ++asked[question.about];
    std::vector<Outcome> out;
    if (failures_left > 0) {
      --failures_left;
      out.push_back(Outcome::refused("no such search"));
      co_return out;
    }
    const TimePoint from = *from_rfc3339(std::string(question.details.at("from").as_string()));
    const TimePoint until = *from_rfc3339(std::string(question.details.at("to").as_string()));
    if (question.about == "count") {
      const int64_t count = (until - from) / std::chrono::minutes(10);
      out.push_back(Outcome::done(json::object{{"count", count + extra}}));
    } else {
      out.push_back(Outcome::done(page(question, from, until)));
    }
    co_return out;
  }
  Task<Settled> settle(Delivery, Millis) override { co_return Settled{}; }
  Task<std::vector<Probe>> probe(Millis) override { co_return std::vector<Probe>{}; }

  std::map<std::string, int> asked;
  int failures_left = 0;
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
      tickets.push_back(json::object{{"id", at.time_since_epoch().count()},
                                     {"subject", "s"},
                                     {"tags", json::array{"vpn"}},
                                     {"created_at", to_rfc3339(at)}});
    }
    const bool has_more = from + i * std::chrono::minutes(10) < until;
    json::value next = nullptr;
    if (has_more) next = json::string(std::to_string(i));
    return json::object{{"tickets", std::move(tickets)}, {"next_cursor", std::move(next)}};
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
    auto work = [&out](Reader& reader) -> Result<void> {
      DW_TRY(out, reader.volume_hours(TimePoint{}, TimePoint::max()));
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
  EXPECT_LE(world.desk->asked["search"], 12) << "a page per 500 tickets, not one per hour";
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

TEST(volume_round, a_backfill_that_failed_goes_on_where_it_stopped) {
  Round world;
  const TimePoint since = hour_of(world.core->clock.now()) - std::chrono::hours(28 * 24);
  world.desk->failures_left = 1;
  ASSERT_FALSE(world.backfill(since).ok());
  ASSERT_TRUE(world.backfill(since).ok());
  const int asked = world.desk->asked["search"];
  const auto again = world.backfill(since);
  ASSERT_TRUE(again.ok());
  EXPECT_LE(world.desk->asked["search"] - asked, 1) << "what is there is not fetched again";
  for (const HourCount& one : world.stored()) EXPECT_EQ(one.count, 6);
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
