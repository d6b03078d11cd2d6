// Rows of the ticket volume, on every store.
#include "contract/store_world.h"
#include "jobs/volume/records.h"
#include "jobs/volume/rows.h"
#include "records/tickets.h"

namespace dw {
namespace {

TEST_P(StoreContract, counts_per_hour_are_kept_and_corrected) {
  auto b = setup();
  const TimePoint hour = hour_of(t0);
  b->write([&](Db& db) -> Result<void> {
    return volume::set_hours(db, {{hour, 5}, {hour + one_hour, 7}}, t0);
  });
  b->write([&](Db& db) -> Result<void> { return volume::set_hours(db, {{hour, 6}}, t0); });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const std::vector<HourCount> all, volume::hours(db, hour, hour + 2 * one_hour));
    EXPECT_EQ(all, (std::vector<HourCount>{{hour, 6}, {hour + one_hour, 7}}));
    DW_TRY(const std::vector<HourCount> one, volume::hours(db, hour, hour + one_hour));
    EXPECT_EQ(one.size(), 1U) << "the end is not in it";
    return {};
  });
}

TEST_P(StoreContract, an_incident_changes_and_what_people_said_of_it_stays) {
  auto b = setup();
  VolumeAlert incident;
  incident.from = incident.to = incident.peak = hour_of(t0);
  incident.peak_count = 84;
  incident.peak_expected = 27.5;
  incident.probability = 1e-7;
  incident.tags = json::object{{"by_count", json::array{}}};
  b->write([&](Db& db) -> Result<void> { return volume::set_incident(db, incident); });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const std::vector<VolumeAlert> all, volume::incidents(db, hour_of(t0)));
    EXPECT_EQ(all.size(), 1U);
    DW_CHECK(volume::set_feedback(db, all.at(0).id, "real", "ana", t0));
    VolumeAlert grown = all.at(0);
    grown.to += one_hour;
    grown.notified_at = t0;
    DW_CHECK(volume::set_incident(db, grown));
    EXPECT_FALSE(volume::set_feedback(db, all.at(0).id + 7, "real", "ana", t0).ok());
    return {};
  });
  b->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const std::vector<VolumeAlert> all, volume::incidents(db, hour_of(t0) + one_hour));
    EXPECT_EQ(all.size(), 1U);
    EXPECT_EQ(all.at(0).feedback, "real");
    EXPECT_EQ(all.at(0).feedback_by, "ana");
    EXPECT_EQ(all.at(0).notified_at, t0);
    EXPECT_EQ(all.at(0).peak_expected, 27.5);
    EXPECT_EQ(to_text(encode(all.at(0)).at("tags")), R"({"by_count":[]})");
    DW_TRY(const auto one, volume::incident(db, all.at(0).id));
    EXPECT_TRUE(one.has_value());
    DW_TRY(const std::vector<VolumeAlert> none, volume::incidents(db, hour_of(t0) + 2 * one_hour));
    EXPECT_TRUE(none.empty());
    return {};
  });
}

TEST_P(StoreContract, what_people_said_of_alerts_is_read_until_it_is_taken_back) {
  auto b = setup();
  VolumeAlert incident;
  incident.from = incident.to = incident.peak = hour_of(t0);
  incident.kind = AlertKind::drop;
  const auto said = [&](const char* verdict) {
    b->write([&](Db& db) -> Result<void> {
      DW_TRY(const std::vector<VolumeAlert> all, volume::incidents(db, hour_of(t0)));
      return volume::set_feedback(db, all.at(0).id, verdict, "ana", t0);
    });
  };
  const auto expect = [&](size_t count) {
    b->read([&](ReadDb& db) -> Result<void> {
      DW_TRY(const std::vector<AlertFeedback> all, volume::feedback(db));
      EXPECT_EQ(all.size(), count);
      if (count == 0) return {};
      EXPECT_EQ(all.at(0).kind, AlertKind::drop);
      EXPECT_EQ(all.at(0).peak, hour_of(t0));
      EXPECT_FALSE(all.at(0).is_real);
      return {};
    });
  };
  b->write([&](Db& db) -> Result<void> { return volume::set_incident(db, incident); });
  expect(0);
  said("false_alarm");
  expect(1);
  said("");
  expect(0);
}

TEST_P(StoreContract, tickets_opened_here_are_counted_by_the_hour) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (int i = 0; i < 3; ++i) DW_CHECK(open_one(db, fmt::format("t{}", i)));
    return {};
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const std::vector<OpenedHour> hours,
           tickets::opened_per_hour(db, hour_of(t0), hour_of(t0) + 24 * one_hour));
    int64_t sum = 0;
    for (const OpenedHour& one : hours) {
      EXPECT_EQ(one.hour, hour_of(one.hour));
      sum += one.count;
    }
    EXPECT_EQ(sum, 3);
    DW_TRY(const auto tickets,
           tickets::opened_between(db, hour_of(t0), hour_of(t0) + 24 * one_hour, 2));
    EXPECT_EQ(tickets.size(), 2U);
    EXPECT_EQ(tickets.at(0).title, "t0");
    return {};
  });
}

TEST_P(StoreContract, a_backfill_finds_where_it_stopped) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(volume::set_cursor(db, "zendesk", "a", t0));
    return volume::set_cursor(db, "zendesk", "b", t0);
  });
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const std::string kept, volume::cursor(db, "zendesk"));
    EXPECT_EQ(kept, "b");
    DW_TRY(const std::string none, volume::cursor(db, "other"));
    EXPECT_EQ(none, "");
    return {};
  });
}

}  // namespace
}  // namespace dw
