// What a replica of another version wrote into a lane, or wants to hear of.
#include "contract/store_world.h"
#include "domain/delivery.h"
#include "records/deliveries.h"
#include "records/lanes.h"
#include "store/postgres/postgres_db.h"
#include "store/sqlite/sqlite_db.h"

namespace dw {
namespace {

class StoreVersions : public StoreContract {};

INSTANTIATE_TEST_SUITE_P(Engines, StoreVersions, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

void add(Bundle& b, const Delivery& delivery) {
  b.write([&](Db& db) -> Result<void> {
    DW_CHECK(deliveries::add(db, delivery));
    return {};
  });
}

/// As another version would have written it.
void make_unreadable(const Bundle& b) {
  constexpr const char* sql = "UPDATE delivery SET operation = 'teleport' WHERE id = 1";
  const Statement statement{"test", sql, sql};
  std::unique_ptr<Connection> db;
  if (b.url.starts_with("postgres")) {
    db = std::move(*PostgresDb::open(b.url));
  } else {
    db = std::move(*SqliteDb::open((b.folder / "store.db").string()));
  }
  EXPECT_TRUE(db->run(statement).ok());
}

TEST_P(StoreVersions, what_another_version_wrote_waits_for_a_replica_that_can_read_it) {
  auto b = setup();
  add(*b, pending_in("a"));
  make_unreadable(*b);
  b->write([](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    DW_TRY(const auto taken, begin(db, claims.at(0), t0));
    EXPECT_TRUE(taken.empty());
    DW_CHECK(lanes::release(db, claims.at(0), t0));
    DW_TRY(const auto found, deliveries::find(db, {1}));
    EXPECT_EQ(found->state, DeliveryState::pending);
    EXPECT_FALSE(found->is_in_doubt);
    EXPECT_EQ(found->attempts, 0);
    EXPECT_NE(found->reason.find("teleport"), std::string::npos) << found->reason;
    DW_TRY(const auto soon, lanes::claim(db, {"me"}, t0 + Millis(1000), t0 + Millis(9000), 10));
    EXPECT_TRUE(soon.empty()) << "its lane waits";
    DW_TRY(const auto later,
           lanes::claim(db, {"you"}, t0 + Millis(61'000), t0 + Millis(99'000), 10));
    EXPECT_EQ(later.size(), 1U) << "a replica that can read it gets its turn";
    return {};
  });
}

TEST_P(StoreVersions, what_asks_for_an_answer_of_another_version_waits_for_a_replica_that_has_it) {
  auto b = setup();
  Delivery asks = pending_in("a", false), other = pending_in("a", false);
  asks.answer_kind = "ticket.teleported";
  other.answer_kind = "desk.done";
  for (const Delivery* one : {&other, &asks, &other}) add(*b, *one);
  const TakesAnswer older = [](std::string_view kind) { return kind == "desk.done"; };
  const TakesAnswer newer = [](std::string_view) { return true; };
  const auto work = [&](TimePoint at, const TakesAnswer& takes) {
    std::vector<int64_t> ids;
    b->write([&](Db& db) -> Result<void> {
      DW_TRY(const auto claims, lanes::claim(db, {"me"}, at, at + Millis(1000), 10));
      if (claims.empty()) return {};
      DW_TRY(const auto taken, begin(db, claims.at(0), at, takes));
      for (const Delivery& one : taken) {
        ids.push_back(one.id.value);
        DW_CHECK(lanes::finish(db, claims.at(0), {.id = one.id}, at));
      }
      return lanes::release(db, claims.at(0), at);
    });
    return ids;
  };
  EXPECT_EQ(work(t0, older), (std::vector<int64_t>{1})) << "a batch ends in front of it";
  EXPECT_EQ(work(t0, older), (std::vector<int64_t>{}));
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const auto found, deliveries::find(db, {2}));
    EXPECT_EQ(found->state, DeliveryState::pending);
    EXPECT_FALSE(found->is_in_doubt);
    EXPECT_EQ(found->attempts, 0);
    EXPECT_NE(found->reason.find("ticket.teleported"), std::string::npos) << found->reason;
    return {};
  });
  EXPECT_EQ(work(t0 + Millis(1000), newer), (std::vector<int64_t>{})) << "its lane waits";
  EXPECT_EQ(work(t0 + Millis(61'000), newer), (std::vector<int64_t>{2, 3}));
}

}  // namespace
}  // namespace dw
