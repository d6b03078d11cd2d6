// The live stream over real stores: readers that break off and come back, at this replica or at
// another, miss nothing and are told nothing twice.
#include "engine/live.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <random>
#include <set>

#include "contract/store_world.h"
#include "net/loop_clock.h"
#include "ports/store.h"
#include "records/changes.h"

namespace dw {
namespace {

Result<std::vector<LiveEvent>> as_numbers(ReadDb&, std::vector<ChangeNote> notes) {
  std::vector<LiveEvent> events;
  for (const ChangeNote& note : notes) {
    events.push_back({note.position, note.topic, std::to_string(note.id)});
  }
  return events;
}

/// A replica from its start to its stop: the store stays where it is.
struct Life {
  TaskGroup tasks;
  Live live;
  Life(Loop& loop, Clock& clock, Store& store)
      : tasks(loop, clock), live(loop, clock, store, tasks, as_numbers) {
    live.start();
  }
};

struct LiveWorld {
  explicit LiveWorld(const std::string& kind) : place(place_for(kind)) {
    stores.push_back(open());
    if (kind == "postgresql") stores.push_back(open());
    for (size_t i = 0; i < stores.size(); ++i) {
      lives.push_back(std::make_unique<Life>(loop, clock, *stores[i]));
      stores[i]->on_change([this, i](DirtyFlags touched) {
        if (touched.notes && lives[i]) lives[i]->live.notify();
      });
    }
  }
  std::unique_ptr<Store> open() {
    auto opened = open_store(place->url, OpenMode::serve, &loop);
    if (!opened.ok()) throw std::runtime_error(opened.error().text());
    return std::move(*opened);
  }
  Task<void> write(size_t replica) {
    const WriteWork work = [](Db& db) -> Result<void> {
      DW_CHECK(open_one(db, "t"));
      return {};
    };
    const Result<void> written = co_await stores[replica]->write(work);
    EXPECT_TRUE(written.ok());
  }
  Task<void> restart(size_t replica) {
    lives[replica]->live.stop();
    co_await lives[replica]->tasks.stop(Millis(5000));
    // Those who read end first, as the server's connections do.
    AsyncEvent pause(loop, clock);
    while (lives[replica]->live.readers() > 0) co_await pause.wait(clock.monotonic() + Millis(2));
    lives[replica] = std::make_unique<Life>(loop, clock, *stores[replica]);
  }
  Task<void> stop() {
    for (auto& life : lives) {
      life->live.stop();
      co_await life->tasks.stop(Millis(5000));
    }
  }
  void run(Task<void> task) {
    asio::co_spawn(loop, std::move(task), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
    loop.run();
  }

  Loop loop;
  LoopClock clock{loop};
  std::unique_ptr<Bundle> place;
  std::vector<std::unique_ptr<Store>> stores;
  std::vector<std::unique_ptr<Life>> lives;
};

/// What one reader saw over all its connections.
struct Seen {
  std::string position;
  std::vector<std::string> ids, tickets;

  void take(const LiveEvent& event) {
    EXPECT_NE(event.topic, "resync");
    if (!event.position.empty()) {
      if (event.topic == "ticket") {
        EXPECT_TRUE(position.empty() ||
                    *change_position(position) < *change_position(event.position))
            << event.position << " after " << position;
        ids.push_back(event.position);
        tickets.push_back(event.json);
      }
      position = event.position;
    }
  }
};

class LiveContract : public testing::TestWithParam<std::string> {};

Task<void> break_before_the_first_change(LiveWorld& w, Seen& seen) {
  {
    const auto reader = w.lives[0]->live.subscribe("");
    const auto events = co_await reader->next(w.clock.monotonic() + Millis(5000));
    EXPECT_EQ(events.size(), 1U);
    for (const auto& event : events) seen.take(*event);
    EXPECT_EQ(seen.tickets.size(), 0U);
    EXPECT_NE(seen.position, "") << "a reader knows at once where it stands";
  }
  co_await w.write(0);
  co_await w.restart(0);
  co_await w.write(w.stores.size() - 1);
  const auto reader = w.lives[0]->live.subscribe(seen.position);
  const Monotonic until = w.clock.monotonic() + Millis(5000);
  while (seen.tickets.size() < 2 && w.clock.monotonic() < until) {
    for (const auto& event : co_await reader->next(until)) seen.take(*event);
  }
  co_await w.stop();
}

TEST_P(LiveContract, a_reader_that_breaks_off_before_the_first_change_misses_nothing) {
  LiveWorld w(GetParam());
  Seen seen;
  w.run(break_before_the_first_change(w, seen));
  EXPECT_EQ(seen.tickets, (std::vector<std::string>{"1", "2"}));
}

constexpr int changes_in_all = 300;

Task<void> write_all(LiveWorld& w, uint32_t seed) {
  std::mt19937 random(seed);
  for (int i = 0; i < changes_in_all; ++i) {
    co_await w.write(random() % w.stores.size());
    if (random() % 60 == 0) co_await w.restart(random() % w.lives.size());
  }
}

/// Breaks off after some events, often in the middle of what came together, and comes back.
Task<void> read_all(LiveWorld& w, uint32_t seed, Seen& seen) {
  std::mt19937 random(seed);
  const Monotonic give_up = w.clock.monotonic() + Millis(60'000);
  while (seen.tickets.size() < changes_in_all && w.clock.monotonic() < give_up) {
    AsyncEvent pause(w.loop, w.clock);
    co_await pause.wait(w.clock.monotonic() + Millis(5));
    const auto reader = w.lives[random() % w.lives.size()]->live.subscribe(seen.position);
    size_t left = random() % 40;
    while (left > 0 && !reader->is_stopped()) {
      const auto events = co_await reader->next(w.clock.monotonic() + Millis(1500));
      if (events.empty()) break;
      for (const auto& event : events) {
        if (left == 0) break;
        --left;
        seen.take(*event);
      }
    }
  }
}

Task<void> start_reading(LiveWorld& w, Seen& seen) {
  while (seen.position.empty()) {
    const auto reader = w.lives[0]->live.subscribe("");
    for (const auto& event : co_await reader->next(w.clock.monotonic() + Millis(5000))) {
      seen.take(*event);
    }
  }
}

Task<void> disconnect_at_random(LiveWorld& w, std::vector<Seen>& readers) {
  for (Seen& seen : readers) co_await start_reading(w, seen);
  TaskGroup all(w.loop, w.clock);
  all.run("writer", write_all(w, 1));
  for (size_t i = 0; i < readers.size(); ++i) {
    all.run("reader", read_all(w, static_cast<uint32_t>(100 + i), readers[i]));
  }
  AsyncEvent pause(w.loop, w.clock);
  while (all.size() > 0) co_await pause.wait(w.clock.monotonic() + Millis(20));
  co_await w.stop();
}

TEST_P(LiveContract, readers_that_break_off_at_random_get_every_change_exactly_once) {
  LiveWorld w(GetParam());
  std::vector<Seen> readers(4);
  w.run(disconnect_at_random(w, readers));
  for (const Seen& seen : readers) {
    const std::set<std::string> tickets(seen.tickets.begin(), seen.tickets.end());
    EXPECT_EQ(tickets.size(), size_t{changes_in_all});
    EXPECT_EQ(seen.tickets.size(), tickets.size()) << "one was told twice";
    EXPECT_EQ(std::set<std::string>(seen.ids.begin(), seen.ids.end()).size(), seen.ids.size());
  }
}

INSTANTIATE_TEST_SUITE_P(every_store, LiveContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace dw
