// The end of a store, and a server that is silent: nothing waits for ever, nothing runs afterwards.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>
#include <thread>

#include "contract/store_world.h"
#include "ports/store.h"
#include "records/events.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "support/tcp_proxy.h"

namespace dw {
namespace {

using std::chrono::steady_clock;

std::unique_ptr<Store> opened(const std::string& url, Loop* loop) {
  auto store = open_store(url, OpenMode::visit, loop);
  if (!store.ok()) throw std::runtime_error(store.error().text());
  return std::move(*store);
}

Task<void> write_once(Store& store, WriteWork work, std::vector<Result<void>>& answers) {
  answers.push_back(co_await store.write(std::move(work)));
}

void spawn(Loop& loop, Store& store, WriteWork work, std::vector<Result<void>>& answers) {
  asio::co_spawn(loop, write_once(store, std::move(work), answers), asio::detached);
}

WriteWork recording(const std::string& key) {
  return [key](Db& db) -> Result<void> {
    DW_CHECK(events::record(db, event_with(key)));
    return {};
  };
}

/// Another process that writes, and does not come to its end before this object.
class Holder {
 public:
  explicit Holder(const std::string& url) : store_(opened(url, nullptr)) {
    std::promise<void> is_holding;
    thread_ = std::thread([this, &is_holding] {
      const Result<void> held = store_->write_now([&](Db& db) -> Result<void> {
        DW_CHECK(events::record(db, event_with("held")));
        is_holding.set_value();
        gate_.get_future().wait();
        return {};
      });
      EXPECT_TRUE(held.ok());
    });
    is_holding.get_future().wait();
  }
  ~Holder() {
    gate_.set_value();
    thread_.join();
  }

 private:
  std::unique_ptr<Store> store_;
  std::promise<void> gate_;
  std::thread thread_;
};

class StoreClose : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Engines, StoreClose, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

TEST_P(StoreClose, ends_under_a_lock_that_another_holds_with_work_queued) {
  const auto b = place_for(GetParam());
  Loop loop;
  auto store = opened(b->url, &loop);
  std::vector<Result<void>> answers;
  std::atomic<bool> is_closed = false;
  {
    const Holder holder(b->url);
    {
      // What the works refer to is destroyed when the store is closed, and not before.
      auto ran = std::make_unique<std::atomic<int>>(0);
      const auto work = [ran = ran.get(), &is_closed](const std::string& key) -> WriteWork {
        return [ran, key, &is_closed](Db& db) -> Result<void> {
          EXPECT_FALSE(is_closed);
          ++*ran;
          DW_CHECK(events::record(db, event_with(key)));
          ++*ran;
          return {};
        };
      };
      spawn(loop, *store, work("held"), answers);
      const auto begun = steady_clock::now();
      while (steady_clock::now() - begun < std::chrono::milliseconds(300)) loop.poll();
      for (int i = 0; i < 300; ++i) spawn(loop, *store, work(fmt::format("q{}", i)), answers);
      loop.poll();
      const auto before = steady_clock::now();
      store->close();
      EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(5));
      is_closed = true;
    }
    spawn(loop, *store, recording("late"), answers);
    loop.run();
    store->close();
    store.reset();
  }
  ASSERT_EQ(answers.size(), 302U);
  for (const auto& one : answers) {
    ASSERT_FALSE(one.ok());
    EXPECT_EQ(one.error().kind, ErrorKind::full) << one.error().text();
  }
}

TEST_P(StoreClose, lets_what_is_about_to_end_come_to_its_end) {
  const auto b = place_for(GetParam());
  Loop loop;
  const auto store = opened(b->url, &loop);
  std::vector<Result<void>> answers;
  std::promise<void> is_running;
  spawn(
      loop, *store,
      [&](Db& db) -> Result<void> {
        is_running.set_value();
        give_time(std::chrono::milliseconds(200));
        DW_CHECK(events::record(db, event_with("running")));
        return {};
      },
      answers);
  loop.poll();
  is_running.get_future().wait();
  store->close();
  loop.run();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].ok());
}

TEST_P(StoreClose, drops_what_was_posted_to_a_loop_that_never_runs_again) {
  const auto b = place_for(GetParam());
  Loop loop;
  int told = 0;
  std::vector<Result<void>> answers;  // who waits may still be answered behind the store's end
  {
    const auto store = opened(b->url, &loop);
    auto listener = std::make_unique<int>(0);
    store->on_change([&told, listener = listener.get()](DirtyFlags) { told += 1 + *listener; });
    spawn(loop, *store, recording("a"), answers);
    loop.poll();
    store->close();
  }
  loop.poll();
  EXPECT_EQ(told, 0);
}

TEST_P(StoreClose, refuses_who_works_without_a_loop) {
  const auto b = place_for(GetParam());
  b->reopen();
  b->store->close();
  EXPECT_EQ(b->store->write_now(recording("a")).error().kind, ErrorKind::full);
  const ReadWork nothing = [](ReadDb&) -> Result<void> { return {}; };
  EXPECT_EQ(b->store->read_now(nothing).error().kind, ErrorKind::full);
}

TEST_P(StoreClose, says_since_when_a_piece_of_work_has_not_ended) {
  const auto b = place_for(GetParam());
  Loop loop;
  const auto store = opened(b->url, &loop);
  std::vector<Result<void>> answers;
  std::promise<void> gate, is_running;
  std::shared_future<void> is_open(gate.get_future());
  spawn(
      loop, *store,
      [is_open, &is_running](Db&) -> Result<void> {
        is_running.set_value();
        is_open.wait();
        return {};
      },
      answers);
  loop.poll();
  is_running.get_future().wait();
  spawn(loop, *store, recording("behind it"), answers);
  const auto begun = steady_clock::now();
  while (store->health().is_ok) loop.poll();
  EXPECT_LT(steady_clock::now() - begun, std::chrono::milliseconds(3500));
  EXPECT_NE(store->health().detail.find("a write has not ended since"), std::string::npos);
  // Who waits behind it is refused in time, and does not pile up.
  const auto guard = asio::make_work_guard(loop);
  while (answers.empty()) loop.run_one_for(std::chrono::milliseconds(100));
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(14));
  EXPECT_EQ(answers[0].error().kind, ErrorKind::full);
  gate.set_value();
  while (answers.size() < 2) loop.run_one();
  EXPECT_TRUE(answers[1].ok());
  // The answer may be heard just before the thread that gave it is done with the piece.
  const auto answered = steady_clock::now();
  while (!store->health().is_ok && steady_clock::now() - answered < std::chrono::seconds(2)) {
    loop.run_one_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(store->health().is_ok);
}

TEST(SilentServer, costs_a_deadline_and_is_forgiven_when_it_answers_again) {
  const std::string url = fresh_postgres_url();
  TcpProxy proxy(url);
  Loop loop;
  const auto guard = asio::make_work_guard(loop);
  const auto store = opened(proxy.url(), &loop);
  std::vector<Result<void>> answers;
  spawn(loop, *store, recording("before"), answers);
  while (answers.empty()) loop.run_one();
  ASSERT_TRUE(answers[0].ok());
  proxy.set_silent(true);
  const auto begun = steady_clock::now();
  for (int i = 0; i < 300; ++i) spawn(loop, *store, recording("silence"), answers);
  while (store->health().is_ok) loop.run_one_for(std::chrono::milliseconds(50));
  EXPECT_LT(steady_clock::now() - begun, std::chrono::milliseconds(3500));
  while (answers.size() < 301) loop.run_one_for(std::chrono::milliseconds(50));
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(13));
  for (size_t i = 1; i < answers.size(); ++i) EXPECT_EQ(answers[i].error().kind, ErrorKind::full);
  // A read costs no more.
  const auto read_begun = steady_clock::now();
  bool is_read = false;
  const auto read = [](Store& from, bool& done) -> Task<void> {
    const ReadWork work = [](ReadDb& db) -> Result<void> {
      DW_CHECK(tickets::list(db, {}));
      return {};
    };
    const Result<void> looked = co_await from.read(work);
    EXPECT_EQ(looked.error().kind, ErrorKind::full);
    done = true;
  };
  asio::co_spawn(loop, read(*store, is_read), asio::detached);
  while (!is_read) loop.run_one_for(std::chrono::milliseconds(50));
  EXPECT_LT(steady_clock::now() - read_begun, std::chrono::seconds(13));
  proxy.set_silent(false);
  const auto heard = steady_clock::now();
  while (!store->health().is_ok) loop.run_one_for(std::chrono::milliseconds(50));
  EXPECT_LT(steady_clock::now() - heard, std::chrono::seconds(8));
  answers.clear();
  spawn(loop, *store, recording("after"), answers);
  while (answers.empty()) loop.run_one();
  EXPECT_TRUE(answers[0].ok());
}

TEST(SilentServer, does_not_hold_up_the_end) {
  const std::string url = fresh_postgres_url();
  TcpProxy proxy(url);
  Loop loop;
  const auto store = opened(proxy.url(), &loop);
  proxy.set_silent(true);
  std::vector<Result<void>> answers;
  spawn(loop, *store, recording("a"), answers);
  loop.poll();
  const auto before = steady_clock::now();
  store->close();
  EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(4));
  loop.run();
  EXPECT_EQ(answers.at(0).error().kind, ErrorKind::full);
}

}  // namespace
}  // namespace dw
