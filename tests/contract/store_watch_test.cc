// The watch on a store that replicas share: each incident is one message over all of them.
#include <future>

#include "contract/store_world.h"
#include "jobs/watch/watch.h"

namespace dw {
namespace {

constexpr Millis minute{60'000};

Event look_at(TimePoint at, bool is_down) {
  json::array connectors;
  if (is_down) {
    connectors.push_back(json::object{
        {"name", "slack:socket"}, {"detail", "not_authed"}, {"since", to_rfc3339(t0)}});
  }
  return {.source = "clock",
          .key = "watch",
          .kind = std::string(watch_look_kind),
          .at = at,
          .body = json::object{{"connectors", std::move(connectors)}}};
}

/// One look of one replica: what it plans to send, in the transaction that records it.
std::vector<std::string> look(Store& store, const Event& event) {
  const Watch watch({.notify = {"#ops"}}, "http://d");
  std::vector<std::string> texts;
  const auto work = [&](Db& db) -> Result<void> {
    texts.clear();
    DW_TRY(const WatchView view, watch.read(event, db));
    const Plan plan = watch.plan(event, view);
    for (const Change& change : plan.changes) DW_CHECK(change.write(db, event.at));
    for (const Delivery& one : plan.deliveries) {
      texts.push_back(std::get<ChatPost>(one.payload).text);
    }
    return {};
  };
  const Result<void> done = store.write_now(work);
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text());
  return texts;
}

TEST_P(StoreContract, replicas_that_look_at_once_send_one_message_for_an_incident) {
  if (GetParam() == "memory") GTEST_SKIP() << "no second process can open it";
  auto b = setup();
  auto second = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_TRUE(second.ok()) << second.error().text();
  const auto both = [&](TimePoint at, bool is_down) {
    const Event event = look_at(at, is_down);
    auto other = std::async(std::launch::async, [&] { return look(**second, event); });
    std::vector<std::string> texts = look(*b->store, event);
    for (std::string& text : other.get()) texts.push_back(std::move(text));
    return texts;
  };
  TimePoint now = t0;
  for (int i = 0; i < 20; ++i) {
    now += 11 * minute;
    EXPECT_EQ(both(now, true).size(), 1U) << i;
    EXPECT_TRUE(both(now + minute, true).empty()) << i;
    now += 5 * minute;
    const std::vector<std::string> over = both(now, false);
    ASSERT_EQ(over.size(), 1U) << i;
    EXPECT_TRUE(over[0].starts_with("Over after")) << over[0];
  }
}

TEST_P(StoreContract, a_connector_that_one_replica_still_sees_down_is_not_over) {
  if (GetParam() == "memory") GTEST_SKIP() << "no second process can open it";
  auto b = setup();
  auto second = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_TRUE(second.ok()) << second.error().text();
  EXPECT_EQ(look(*b->store, look_at(t0, true)).size(), 1U);
  for (int i = 1; i <= 30; ++i) {
    EXPECT_TRUE(look(*b->store, look_at(t0 + i * minute, true)).empty()) << i;
    EXPECT_TRUE(look(**second, look_at(t0 + i * minute, false)).empty()) << i;
  }
  // The replica that saw it is gone: over, and said once by the one that is left.
  EXPECT_TRUE(look(**second, look_at(t0 + 32 * minute, false)).empty());
  EXPECT_EQ(look(**second, look_at(t0 + 33 * minute, false)).size(), 1U);
  EXPECT_TRUE(look(**second, look_at(t0 + 34 * minute, false)).empty());
}

}  // namespace
}  // namespace dw
