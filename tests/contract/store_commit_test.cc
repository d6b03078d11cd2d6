// Group commit: many works in one transaction, each answered for itself, and nothing answered as
// kept that is not.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <future>

#include "contract/store_world.h"
#include "domain/ticket.h"
#include "ports/store.h"
#include "records/deliveries.h"
#include "records/lanes.h"
#include "records/paging.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "store/migrate.h"
#include "store/sql_store.h"
#include "store/sqlite/sqlite_db.h"

namespace dw {
namespace {

class StoreCommit : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Engines, StoreCommit, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

/// Writes once and notes what was answered.
Task<void> write_once(Store& store, WriteWork work, std::vector<Result<void>>& answers) {
  answers.push_back(co_await store.write(std::move(work)));
}

void spawn(Loop& loop, Store& store, WriteWork work, std::vector<Result<void>>& answers) {
  asio::co_spawn(loop, write_once(store, std::move(work), answers), asio::detached);
}

size_t count_tickets(Bundle& b) {
  b.reopen();
  size_t count = 0;
  b.read([&](ReadDb& db) -> Result<void> {
    TicketQuery query{.page = {.limit = 500}};
    do {
      DW_TRY(const Page<Ticket> page, tickets::list(db, query));
      count += page.items.size();
      query.page.cursor = page.next_cursor;
    } while (!query.page.cursor.empty());
    return {};
  });
  return count;
}

TEST_P(StoreCommit, a_work_that_fails_leaves_its_neighbours_alone) {
  auto b = place_for(GetParam());
  Loop loop;
  auto opened = open_store(b->url, OpenMode::serve, &loop);
  ASSERT_TRUE(opened.ok());
  Store& store = **opened;
  std::vector<Result<void>> good, refused, broken;
  for (int i = 0; i < 60; ++i) {
    spawn(
        loop, store,
        [](Db& db) -> Result<void> {
          DW_CHECK(open_one(db, "good"));
          return {};
        },
        good);
    spawn(
        loop, store,
        [](Db& db) -> Result<void> {
          DW_CHECK(open_one(db, "refused"));
          return Error{ErrorKind::invalid, "", "a job said no"};
        },
        refused);
    // The engine itself refuses a number that is taken.
    spawn(
        loop, store,
        [](Db& db) -> Result<void> {
          DW_TRY(const TicketId id, open_one(db, "broken"));
          return tickets::open(db, ticket_with(id, "broken"));
        },
        broken);
  }
  loop.run();
  for (const auto& one : good) EXPECT_TRUE(one.ok());
  for (const auto& one : refused) EXPECT_EQ(one.error().kind, ErrorKind::invalid);
  for (const auto& one : broken) EXPECT_EQ(one.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(store.health().is_ok);
  opened->reset();
  EXPECT_EQ(count_tickets(*b), 60U);
}

TEST_P(StoreCommit, a_work_that_swallows_an_error_is_not_kept_and_hurts_nobody) {
  auto b = place_for(GetParam());
  b->reopen();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "first"));
    return {};
  });
  b->store.reset();
  Loop loop;
  auto opened = open_store(b->url, OpenMode::serve, &loop);
  ASSERT_TRUE(opened.ok());
  std::vector<Result<void>> good, careless;
  for (int i = 0; i < 10; ++i) {
    spawn(
        loop, **opened,
        [](Db& db) -> Result<void> {
          // The engine itself refuses a number that is taken.
          const Result<void> sent = tickets::open(db, ticket_with({1}, "careless"));
          const Result<std::optional<Ticket>> told = tickets::find(db, {1});
          return sent.ok() || told.ok() ? Result<void>{} : Result<void>{};
        },
        careless);
    spawn(
        loop, **opened,
        [](Db& db) -> Result<void> {
          DW_CHECK(open_one(db, "good"));
          return {};
        },
        good);
  }
  loop.run();
  for (const auto& one : good) EXPECT_TRUE(one.ok());
  opened->reset();
  EXPECT_EQ(count_tickets(*b), 11U);
}

Task<void> read_once(Store& store, ReadWork work, std::vector<Result<void>>& answers) {
  answers.push_back(co_await store.read(std::move(work)));
}

Task<void> look_once(Store& store, ReadWork work, std::vector<Result<void>>& answers) {
  answers.push_back(co_await store.look(std::move(work)));
}

TEST_P(StoreCommit, the_engines_look_does_not_wait_behind_a_long_query) {
  auto b = place_for(GetParam());
  Loop loop;
  auto opened = open_store(b->url, OpenMode::serve, &loop);
  ASSERT_TRUE(opened.ok());
  std::promise<void> has_looked;
  std::future<void> looked = has_looked.get_future();
  bool is_in_time = false;
  const ReadWork long_query = [&](ReadDb& db) -> Result<void> {
    DW_CHECK(tickets::list(db, {}));
    is_in_time = looked.wait_for(std::chrono::seconds(10)) == std::future_status::ready;
    return {};
  };
  const ReadWork look = [&](ReadDb& db) -> Result<void> {
    DW_CHECK(lanes::next_due(db, {"me", {}}, t0));
    has_looked.set_value();
    return {};
  };
  std::vector<Result<void>> answers;
  asio::co_spawn(loop, read_once(**opened, long_query, answers), asio::detached);
  asio::co_spawn(loop, look_once(**opened, look, answers), asio::detached);
  loop.run();
  ASSERT_EQ(answers.size(), 2U);
  for (const auto& one : answers) EXPECT_TRUE(one.ok());
  EXPECT_TRUE(is_in_time) << "the look came after the long query";
}

TEST_P(StoreCommit, who_comes_when_too_many_wait_is_told_to_come_again) {
  auto b = place_for(GetParam());
  Loop loop;
  auto opened = open_store(b->url, OpenMode::serve, &loop);
  ASSERT_TRUE(opened.ok());
  std::promise<void> gate;
  std::shared_future<void> is_open(gate.get_future());
  std::vector<Result<void>> answers;
  spawn(
      loop, **opened,
      [is_open](Db&) -> Result<void> {
        is_open.wait();
        return {};
      },
      answers);
  constexpr size_t asked = 8192 + 256;
  for (size_t i = 0; i < asked; ++i) {
    spawn(
        loop, **opened, [](Db&) -> Result<void> { return {}; }, answers);
  }
  // Behind all of those: when this runs, each of them waits or was turned away.
  asio::post(loop, [&gate] { gate.set_value(); });
  loop.run();
  ASSERT_EQ(answers.size(), asked + 1);
  size_t kept = 0;
  for (const auto& one : answers) {
    kept += one.ok() ? 1 : 0;
    if (!one.ok()) {
      EXPECT_EQ(one.error().kind, ErrorKind::busy);
      EXPECT_TRUE(one.error().when.has_value());
    }
  }
  EXPECT_GE(kept, 8192U);
  EXPECT_LT(kept, asked + 1);
}

TEST_P(StoreCommit, a_commit_says_what_it_touched_before_it_is_answered) {
  auto b = place_for(GetParam());
  Loop loop;
  auto opened = open_store(b->url, OpenMode::serve, &loop);
  ASSERT_TRUE(opened.ok());
  std::vector<Result<void>> answers;
  DirtyFlags told;
  size_t answered_before = 99;
  (*opened)->on_change([&](DirtyFlags touched) {
    if (touched.lanes && touched.notes && !touched.queues) told = touched;
    if (answered_before == 99) answered_before = answers.size();
  });
  spawn(
      loop, **opened,
      [](Db& db) -> Result<void> {
        DW_CHECK(deliveries::add(db, pending_in("a")));
        return {};
      },
      answers);
  loop.run();
  EXPECT_TRUE(told.lanes);
  EXPECT_EQ(answered_before, 0U);
}

/// A SQLite store whose disk is full after so many pages.
struct SmallDisk {
  std::unique_ptr<Bundle> b = place_for("sqlite");
  SqliteDb* writer = nullptr;

  std::unique_ptr<SqlStore> open(Loop* loop, int pages) {
    const std::string file = b->url.substr(std::string("sqlite:").size());
    const auto connect = [file]() -> Result<std::unique_ptr<Connection>> {
      DW_TRY(std::unique_ptr<SqliteDb> db, SqliteDb::open(file));
      return std::unique_ptr<Connection>(std::move(db));
    };
    auto db = SqliteDb::open(file);
    EXPECT_TRUE(db.ok() && migrate(**db, t0).ok());
    writer = db->get();
    writer->limit_pages(pages);
    std::unique_ptr<Connection> reader;
    if (loop != nullptr) reader = std::move(*connect());
    auto store = std::make_unique<SqlStore>(loop, std::move(*db), std::move(reader), connect);
    store->start();
    return store;
  }
};

WriteWork big_ticket(size_t bytes) {
  return [bytes](Db& db) -> Result<void> {
    DW_TRY(const TicketId id, tickets::reserve_id(db));
    Ticket ticket = ticket_with(id, "big");
    ticket.description = std::string(bytes, 'x');
    return tickets::open(db, ticket);
  };
}

TEST(StoreDisk, what_is_answered_as_kept_is_there_and_nothing_else) {
  // Sizes differ, so that works before and behind the one that meets the end of the disk fit.
  for (const int pages : {60, 61, 62, 63, 64, 80, 120, 200}) {
    SmallDisk disk;
    Loop loop;
    std::unique_ptr<SqlStore> store = disk.open(&loop, pages);
    std::vector<Result<void>> answers;
    for (size_t i = 0; i < 300; ++i) spawn(loop, *store, big_ticket(i % 7 * 3000), answers);
    loop.run();
    size_t kept = 0;
    for (const auto& one : answers) {
      kept += one.ok() ? 1 : 0;
      EXPECT_TRUE(one.ok() || one.error().kind == ErrorKind::full);
    }
    EXPECT_LT(kept, answers.size());
    store.reset();
    EXPECT_EQ(count_tickets(*disk.b), kept) << pages << " pages";
    EXPECT_TRUE(disk.b->store->verify()->empty());
  }
}

TEST(StoreDisk, a_full_disk_is_said_and_forgotten_when_there_is_room_again) {
  SmallDisk disk;
  std::unique_ptr<SqlStore> store = disk.open(nullptr, 60);
  Result<void> written;
  for (int i = 0; i < 1000 && written.ok(); ++i) written = store->write_now(big_ticket(5000));
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().kind, ErrorKind::full);
  EXPECT_FALSE(store->health().is_ok);
  EXPECT_NE(store->health().detail.find("full"), std::string::npos) << store->health().detail;
  EXPECT_NE(store->health().detail.find("free space on the disk of the store (store.url)"),
            std::string::npos)
      << store->health().detail;
  EXPECT_TRUE(store
                  ->read_now([](ReadDb& db) -> Result<void> {
                    DW_CHECK(tickets::list(db, {}));
                    return {};
                  })
                  .ok());
  disk.writer->limit_pages(100'000);
  EXPECT_TRUE(store->write_now(big_ticket(5000)).ok());
  EXPECT_TRUE(store->health().is_ok);
}

}  // namespace
}  // namespace dw
