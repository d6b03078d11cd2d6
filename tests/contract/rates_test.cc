// Rates in memory and in the store: what each of them keeps, and what several processes keep
// together.
#include "ports/rates.h"

#include <atomic>
#include <optional>
#include <thread>

#include "base/random.h"
#include "contract/store_world.h"
#include "engine/rates.h"
#include "net/loop_clock.h"
#include "net/task_group.h"
#include "ports/store.h"
#include "records/rate_rows.h"

namespace dw {
namespace {

struct RateWorld {
  Loop loop;
  LoopClock clock{loop};
  TaskGroup tasks{loop, clock};

  template <class T>
  T wait_for(Task<T> task) {
    std::optional<T> out;
    tasks.run("test", keep(std::move(task), &out));
    loop.restart();
    while (!out) loop.run_one();
    return std::move(*out);
  }

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>* out) {
    *out = co_await std::move(task);
  }
};

/// The rates of one process, or of one of several over the same store.
struct Replica {
  std::unique_ptr<Store> store;
  std::unique_ptr<Rates> rates;
};

class RatesContract : public testing::TestWithParam<std::string> {
 protected:
  Replica replica() {
    Replica out;
    if (GetParam() == "memory") {
      out.rates = std::make_unique<MemoryRates>(world.clock);
      return out;
    }
    if (!place) place = place_for(GetParam());
    auto opened = open_store(place->url, OpenMode::visit, nullptr);
    if (!opened.ok()) throw std::runtime_error(opened.error().text());
    out.store = std::move(*opened);
    out.rates = std::make_unique<StoreRates>(*out.store);
    return out;
  }
  Result<Millis> book(Replica& one, std::vector<RateRule> rules, int timeout = 60'000) {
    return world.wait_for(one.rates->book(std::move(rules), Millis(timeout)));
  }
  static Task<Result<bool>> paused(Rates& rates, std::string name, Millis length) {
    co_await rates.pause(std::move(name), length);
    co_return true;
  }

  RateWorld world;
  std::unique_ptr<Bundle> place;
};

INSTANTIATE_TEST_SUITE_P(Kinds, RatesContract, testing::Values("memory", "sqlite", "postgresql"),
                         [](const auto& kind) { return kind.param; });

const RateRule slow{"slow", Millis(10'000), Millis(0)};

TEST_P(RatesContract, turns_come_one_interval_after_the_other) {
  Replica one = replica();
  for (int i = 0; i < 4; ++i) {
    const Result<Millis> turn = book(one, {slow});
    ASSERT_TRUE(turn.ok());
    EXPECT_LE(*turn, Millis(i * 10'000));
    EXPECT_GT(*turn, Millis(i * 10'000 - 5'000));
  }
}

TEST_P(RatesContract, who_would_wait_too_long_books_nothing_and_each_is_told_another_time) {
  Replica one = replica();
  ASSERT_TRUE(book(one, {slow}).ok());
  Millis before(0);
  for (int i = 0; i < 3; ++i) {
    const Result<Millis> turn = book(one, {slow}, 1000);
    ASSERT_FALSE(turn.ok());
    EXPECT_EQ(turn.error().kind, ErrorKind::busy);
    EXPECT_GT(*turn.error().when, before + Millis(5'000));
    before = *turn.error().when;
  }
  const Result<Millis> turn = book(one, {slow});
  ASSERT_TRUE(turn.ok());
  EXPECT_LE(*turn, Millis(10'000)) << "the others have booked nothing";
}

TEST_P(RatesContract, a_burst_is_saved_up_and_used_once) {
  Replica one = replica();
  const RateRule bursty{"bursty", Millis(10'000), Millis(20'000)};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*book(one, {bursty}), Millis(0));
  EXPECT_GT(*book(one, {bursty}), Millis(5'000));
}

TEST_P(RatesContract, two_rates_together_have_one_turn_and_neither_is_booked_alone) {
  Replica one = replica();
  const RateRule quick{"quick", Millis(1), Millis(0)};
  ASSERT_TRUE(book(one, {slow}).ok());
  EXPECT_FALSE(book(one, {quick, slow}, 1000).ok());
  EXPECT_LE(*book(one, {quick}), Millis(1)) << "it was not booked beside the other";
  EXPECT_GT(*book(one, {quick, slow}), Millis(5'000));
  EXPECT_GT(*book(one, {quick}), Millis(5'000)) << "turns keep their order";
}

TEST_P(RatesContract, a_pause_holds_back_everybody) {
  Replica one = replica();
  ASSERT_TRUE(world.wait_for(paused(*one.rates, "slow", Millis(30'000))).ok());
  ASSERT_TRUE(world.wait_for(paused(*one.rates, "slow", Millis(1'000))).ok());
  EXPECT_FALSE(book(one, {slow}, 20'000).ok());
  if (GetParam() == "memory") return;
  Replica other = replica();
  EXPECT_FALSE(book(other, {slow}, 20'000).ok());
  EXPECT_GT(*book(other, {slow}, 40'000), Millis(25'000));
}

TEST_P(RatesContract, processes_that_share_a_store_share_its_turns) {
  if (GetParam() == "memory") GTEST_SKIP() << "one process alone";
  Replica one = replica(), two = replica();
  Millis last(0);
  for (int i = 0; i < 6; ++i) {
    const Result<Millis> turn = book(i % 2 == 0 ? one : two, {slow});
    ASSERT_TRUE(turn.ok());
    last = *turn;
  }
  EXPECT_GT(last, Millis(45'000));
  EXPECT_LE(last, Millis(50'000));
}

TEST_P(RatesContract, many_at_once_get_a_turn_each_and_nobody_waits_for_another_in_a_circle) {
  if (GetParam() != "postgresql") GTEST_SKIP() << "one writer";
  constexpr int threads = 3, each = 60;
  place = place_for(GetParam());
  place->reopen();
  std::vector<std::thread> running;
  std::atomic<int> booked = 0;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      auto store = open_store(place->url, OpenMode::visit, nullptr);
      std::vector<RateRule> rules = {{"a", Millis(1000), Millis(0)}, {"b", Millis(10), Millis(0)}};
      if (t % 2 == 1) std::swap(rules[0], rules[1]);
      for (int i = 0; i < each; ++i) {
        const auto done = (*store)->write_now([&](Db& db) -> Result<void> {
          DW_CHECK(rate_rows::reserve(db, rules, Millis(1'000'000)));
          return {};
        });
        booked += done.ok() ? 1 : 0;
      }
    });
  }
  for (std::thread& one : running) one.join();
  EXPECT_EQ(booked, threads * each);
  Replica last = replica();
  const Result<Millis> turn = book(last, {{"a", Millis(1000), Millis(0)}}, 1'000'000);
  ASSERT_TRUE(turn.ok());
  EXPECT_GT(*turn, Millis((threads * each - 30) * 1000));
}

/// A store that can't be reached.
class AwayStore : public Store {
 public:
  Task<Result<void>> write(WriteWork) override { co_return away(); }
  Task<Result<void>> read(ReadWork) override { co_return away(); }
  Result<void> write_now(const WriteWork&) override { return away(); }
  Result<void> read_now(const ReadWork&) override { return away(); }
  void close() override {}
  void on_change(std::function<void(DirtyFlags)>) override {}
  StoreHealth health() const override { return {false, "away"}; }
  std::string kind() const override { return "postgresql"; }
  Result<void> backup(const std::string&) override { return away(); }
  Result<std::vector<std::string>> verify() override { return away(); }

 private:
  static Error away() { return {ErrorKind::full, "store", "away"}; }
};

TEST(StoreRates, nobody_gets_a_turn_while_the_store_is_away) {
  RateWorld world;
  AwayStore away;
  StoreRates rates(away);
  const Result<Millis> turn = world.wait_for(rates.book({slow}, Millis(60'000)));
  ASSERT_FALSE(turn.ok());
  EXPECT_EQ(turn.error().kind, ErrorKind::busy) << "later, not refused and not in doubt";
  EXPECT_TRUE(turn.error().when.has_value());
}

TEST(RateRule, so_many_a_minute_is_kept_in_every_minute) {
  for (const int count : {1, 2, 3, 9, 10, 15, 50, 200, 300, 1000}) {
    const RateRule rule = rate_per_minute("x", count);
    std::vector<RateState> states(1);
    states[0].free_at = -rule.burst.count();
    std::vector<int64_t> turns;
    Random random(7);
    int64_t now = 0;
    while (now < 1'000'000) {
      const RateSlot turn = reserve_slot({rule}, states, now, Millis(0));
      if (turn.is_booked) turns.push_back(now);
      const bool is_quiet = random.below(100'000) == 0;
      now += is_quiet ? static_cast<int64_t>(random.below(80'000)) : 1;
    }
    size_t most = 0;
    for (size_t first = 0, last = 0; last < turns.size(); ++last) {
      while (turns[first] + 60'000 <= turns[last]) ++first;
      most = std::max(most, last - first + 1);
    }
    EXPECT_LE(most, static_cast<size_t>(count)) << count;
    EXPECT_GE(most, static_cast<size_t>(count) * 8 / 10) << count;
  }
}

}  // namespace
}  // namespace dw
