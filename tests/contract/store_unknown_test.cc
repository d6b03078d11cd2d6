// A COMMIT whose answer is lost: what the store answers agrees with what is there.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "contract/failing_disk.h"
#include "contract/store_world.h"
#include "domain/ticket.h"
#include "ports/store.h"
#include "records/events.h"
#include "records/key_values.h"
#include "records/leases.h"
#include "records/paging.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "store/sqlite/sqlite_db.h"
#include "support/tcp_proxy.h"

namespace dw {
namespace {

std::unique_ptr<Store> opened(const std::string& url, Loop* loop = nullptr) {
  auto store = open_store(url, OpenMode::visit, loop);
  if (!store.ok()) throw std::runtime_error(store.error().text());
  return std::move(*store);
}

WriteWork recording(const std::string& key) {
  return [key](Db& db) -> Result<void> {
    DW_TRY(const Recorded recorded, events::record(db, event_with(key)));
    if (!recorded.is_first) return Error{ErrorKind::conflict, "", "a second time"};
    DW_CHECK(open_one(db, key));
    return {};
  };
}

bool is_there(Store& store, const std::string& title) {
  bool found = false;
  const Result<void> read = store.read_now([&](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> page, tickets::list(db, {.page = {.limit = 500}}));
    for (const Ticket& one : page.items) found = found || one.title == title;
    return {};
  });
  EXPECT_TRUE(read.ok());
  return found;
}

/// A store whose way to the server is the proxy's, and one beside it that sees what is there.
struct LossyWorld {
  std::string url = fresh_postgres_url();
  TcpProxy proxy{url};
  std::unique_ptr<Store> beside = opened(url);
};

class LostAnswer : public testing::TestWithParam<CommitFault> {};

INSTANTIATE_TEST_SUITE_P(Faults, LostAnswer,
                         testing::Values(CommitFault::answer_lost, CommitFault::answer_torn,
                                         CommitFault::commit_lost, CommitFault::held_back),
                         [](const auto& fault) {
                           switch (fault.param) {
                             case CommitFault::answer_lost:
                               return "answer_lost";
                             case CommitFault::answer_torn:
                               return "answer_torn";
                             case CommitFault::commit_lost:
                               return "commit_lost";
                             default:
                               return "held_back";
                           }
                         });

TEST_P(LostAnswer, each_write_is_answered_as_it_stands) {
  LossyWorld world;
  const auto store = opened(world.proxy.url());
  ASSERT_TRUE(store->write_now(recording("first")).ok());
  for (int i = 0; i < 6; ++i) {
    world.proxy.break_next_commit(GetParam());
    const std::string title = fmt::format("t{}", i);
    const Result<void> written = store->write_now(recording(title));
    if (!written.ok()) {
      EXPECT_EQ(written.error().kind, ErrorKind::full) << written.error().text();
    }
    const bool must_stand =
        GetParam() == CommitFault::answer_lost || GetParam() == CommitFault::answer_torn;
    EXPECT_EQ(written.ok(), must_stand);
    EXPECT_EQ(is_there(*world.beside, title), written.ok());
    // It goes on at once, and what did not stand may be tried again.
    const Result<void> again = store->write_now(recording(title));
    EXPECT_EQ(again.ok(), !must_stand) << (again.ok() ? "" : again.error().text());
  }
  EXPECT_EQ(world.proxy.faults(), 6);
  // What was held back has come through by now, to nobody.
  give_time(std::chrono::milliseconds(2200));
  const Result<void> counted = world.beside->read_now([](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> page, tickets::list(db, {.page = {.limit = 500}}));
    EXPECT_EQ(page.items.size(), 7U);
    return {};
  });
  EXPECT_TRUE(counted.ok());
}

TEST_P(LostAnswer, a_text_that_a_connector_keeps_is_answered_as_it_stands) {
  LossyWorld world;
  const auto store = opened(world.proxy.url());
  int64_t version = 0;
  for (int i = 0; i < 4; ++i) {
    world.proxy.break_next_commit(GetParam());
    const std::string text = fmt::format("t{}", i);
    const auto keep = [&](Db& db) { return key_values::set(db, "cursor", text, version); };
    const Result<void> written = store->write_now(keep);
    StoredValue there;
    const Result<void> read = world.beside->read_now([&](ReadDb& db) -> Result<void> {
      DW_TRY(there, key_values::get(db, "cursor"));
      return {};
    });
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(there.text == text, written.ok());
    EXPECT_EQ(there.version, version + (written.ok() ? 1 : 0));
    if (!written.ok()) {
      EXPECT_TRUE(store->write_now(keep).ok());
    }
    ++version;
  }
  EXPECT_EQ(world.proxy.faults(), 4);
}

Task<void> write_many(Store& store, int from, int count, std::vector<Result<void>>& answers) {
  for (int i = from; i < from + count; ++i) {
    const WriteWork work = recording(fmt::format("t{}", i));
    answers.at(static_cast<size_t>(i)) = co_await store.write(work);
  }
}

TEST(LostAnswers, of_whole_batches_agree_with_what_is_there_and_are_told_to_who_listens) {
  LossyWorld world;
  Loop loop;
  const auto store = opened(world.proxy.url(), &loop);
  int told = 0;
  store->on_change([&](DirtyFlags touched) {
    told += touched.notes ? 1 : 0;
    constexpr std::array<CommitFault, 3> faults = {
        CommitFault::answer_lost, CommitFault::commit_lost, CommitFault::answer_lost};
    if (told % 5 == 0) world.proxy.break_next_commit(faults.at(static_cast<size_t>(told) % 3));
  });
  constexpr int writers = 8, each = 25;
  std::vector<Result<void>> answers(static_cast<size_t>(writers * each));
  for (int i = 0; i < writers; ++i) {
    asio::co_spawn(loop, write_many(*store, i * each, each, answers), asio::detached);
  }
  loop.run();
  EXPECT_GT(world.proxy.faults(), 1);
  std::set<std::string> there;
  const Result<void> read = world.beside->read_now([&](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> page, tickets::list(db, {.page = {.limit = 500}}));
    for (const Ticket& one : page.items) there.insert(one.title);
    return {};
  });
  ASSERT_TRUE(read.ok());
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].ok(), there.contains(fmt::format("t{}", i)))
        << i << ' ' << (answers[i].ok() ? "ok" : answers[i].error().text());
  }
}

TEST(LostAnswers, that_nobody_can_look_up_are_said_to_be_unsure_when_the_store_is_closed) {
  LossyWorld world;
  Loop loop;
  const auto store = opened(world.proxy.url(), &loop);
  std::vector<Result<void>> answers(3);
  world.proxy.break_next_commit(CommitFault::answer_lost);
  asio::co_spawn(loop, write_many(*store, 0, 1, answers), asio::detached);
  auto guard = asio::make_work_guard(loop);
  while (world.proxy.faults() == 0) loop.poll();
  world.proxy.set_broken(true);
  while (store->health().is_ok) loop.poll();
  // Until it knows it answers nobody; who comes meanwhile is refused.
  asio::co_spawn(loop, write_many(*store, 1, 1, answers), asio::detached);
  while (answers[1].ok()) loop.run_one();
  EXPECT_EQ(answers[1].error().kind, ErrorKind::full);
  EXPECT_TRUE(answers[0].ok()) << "not answered yet";
  store->close();
  asio::co_spawn(loop, write_many(*store, 2, 1, answers), asio::detached);
  guard.reset();
  loop.run();
  ASSERT_FALSE(answers[0].ok());
  EXPECT_EQ(answers[0].error().kind, ErrorKind::unsure) << answers[0].error().text();
  EXPECT_EQ(answers[2].error().kind, ErrorKind::full);
  EXPECT_TRUE(is_there(*world.beside, "t0"));
}

TEST(LostAnswers, leave_few_marks_behind) {
  LossyWorld world;
  for (int i = 0; i < 600; ++i) {
    ASSERT_TRUE(world.beside
                    ->write_now([](Db& db) -> Result<void> {
                      DW_CHECK(leases::hold(db, "l", "me", t0, t0));
                      return {};
                    })
                    .ok());
  }
  EXPECT_LT(std::stoi(ask_postgres(world.url, "select count(*) from writer")), 520);
}

TEST(LostAnswers, of_a_disk_that_fails_at_the_commit_are_known_before_anybody_is_answered) {
  FailingDisk disk;
  const auto b = place_for("sqlite");
  b->reopen();
  ASSERT_TRUE(b->store->write_now(recording("before")).ok());
  disk.syncs_to_fail = 3;
  const Result<void> written = b->store->write_now(recording("lost"));
  EXPECT_EQ(disk.syncs_to_fail, 0) << "it was looked up until the disk was well";
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().kind, ErrorKind::full);
  // As a crash would leave it: the file with its log, read by somebody else.
  const std::filesystem::path file = b->folder / "store.db", copy = b->folder / "copy.db";
  std::filesystem::copy_file(file, copy);
  std::filesystem::copy_file(file.string() + "-wal", copy.string() + "-wal");
  const auto crashed = opened("sqlite:" + copy.string());
  EXPECT_TRUE(is_there(*crashed, "before"));
  EXPECT_FALSE(is_there(*crashed, "lost"));
  EXPECT_TRUE(b->store->write_now(recording("lost")).ok());
}

}  // namespace
}  // namespace dw
