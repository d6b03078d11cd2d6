// What the tables of pairs share: two transactions of two stores of one database. Each reads, meets
// the other, and then writes on what it read. A lock may rightly keep one of them from meeting, so
// they don't wait for long. Afterwards the store is as if one had come after the other.
#pragma once
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "contract/store_world.h"

namespace dw {

constexpr std::chrono::milliseconds meeting_max{300};

/// Both have read, or one of them can't get there.
class Meeting {
 public:
  void arrive() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    both_.notify_all();
    both_.wait_for(lock, meeting_max, [this] { return arrived_ >= 2; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable both_;
  int arrived_ = 0;
};

/// One of the two: which, what it saw or did, and what it was answered.
struct Side {
  int64_t me = 0;
  Meeting* meeting = nullptr;
  int64_t seen = 0;
  bool is_first = false;
  Result<void> answer{};

  void meet() const { meeting->arrive(); }
  std::string name() const { return me == 0 ? "a" : "b"; }
};

using Sides = std::array<Side, 2>;

struct PairCase {
  const char* name;
  std::function<Result<void>(Db&)> before;
  std::function<Result<void>(Db&, Side&)> work;
  std::function<Result<void>(ReadDb&, const Sides&)> after;
};

inline int oks(const Sides& sides) {
  return (sides[0].answer.ok() ? 1 : 0) + (sides[1].answer.ok() ? 1 : 0);
}

inline int firsts(const Sides& sides) {
  return (sides[0].is_first ? 1 : 0) + (sides[1].is_first ? 1 : 0);
}

inline Result<void> nothing(Db&) {
  return {};
}

inline Result<void> one_ticket(Db& db) {
  DW_TRY(const TicketId id, open_one(db, "t"));
  EXPECT_EQ(id.value, 1);
  return {};
}

inline Result<void> one_of_two_was_first(ReadDb&, const Sides& sides) {
  EXPECT_EQ(oks(sides), 2);
  EXPECT_EQ(firsts(sides), 1);
  return {};
}

inline Result<void> one_of_two_was_answered(ReadDb&, const Sides& sides) {
  EXPECT_EQ(oks(sides), 1);
  for (const Side& side : sides) {
    if (!side.answer.ok()) {
      EXPECT_EQ(side.answer.error().kind, ErrorKind::conflict);
    }
  }
  return {};
}

/// `engine`: "sqlite", "postgresql".
inline void run_pair(const PairCase& pair, const std::string& engine) {
  const auto b = place_for(engine);
  b->reopen();
  b->write(pair.before);
  auto other = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_TRUE(other.ok());
  Meeting meeting;
  Sides sides;
  const auto run = [&](Store& store, Side& side) {
    side.answer = store.write_now([&](Db& db) -> Result<void> {
      side.is_first = false;
      return pair.work(db, side);
    });
    if (side.answer.ok()) return;
    EXPECT_NE(side.answer.error().kind, ErrorKind::full) << side.answer.error().text();
  };
  sides[0].meeting = sides[1].meeting = &meeting;
  sides[1].me = 1;
  std::thread thread([&] { run(**other, sides[1]); });
  run(*b->store, sides[0]);
  thread.join();
  b->read([&](ReadDb& db) { return pair.after(db, sides); });
}

using PairParam = std::tuple<std::string, size_t>;

}  // namespace dw
