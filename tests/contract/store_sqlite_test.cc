// What is SQLite's own: the file, its lock, its copy, and its schema over versions.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "contract/store_world.h"
#include "domain/event.h"
#include "domain/ticket.h"
#include "records/events.h"
#include "records/lanes.h"
#include "records/paging.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "store/migrate.h"
#include "store/sqlite/sqlite_db.h"

namespace dw {
namespace {

TEST(SqliteStore, who_looks_makes_no_file) {
  const auto folder = std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
  std::filesystem::create_directory(folder);
  const std::string url = "sqlite:" + (folder / "store.db").string();
  const auto looked = open_store(url, OpenMode::look, nullptr);
  ASSERT_FALSE(looked.ok());
  EXPECT_EQ(looked.error().kind, ErrorKind::missing);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  ASSERT_TRUE(open_store(url, OpenMode::visit, nullptr).ok());
  EXPECT_TRUE(open_store(url, OpenMode::look, nullptr).ok());
  EXPECT_TRUE(open_store("sqlite::memory:", OpenMode::look, nullptr).ok());
  std::filesystem::remove_all(folder);
}

TEST(SqliteStore, a_second_daemon_is_told_who_holds_the_file) {
  const auto folder = std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
  std::filesystem::create_directory(folder);
  const std::string url = "sqlite:" + (folder / "store.db").string();
  Loop loop;
  auto first = open_store(url, OpenMode::serve, &loop);
  ASSERT_TRUE(first.ok());
  auto second = open_store(url, OpenMode::serve, &loop);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::busy);
  EXPECT_NE(second.error().what.find(fmt::format("pid {}", getpid())), std::string::npos);
  EXPECT_TRUE(open_store(url, OpenMode::visit, nullptr).ok());
  struct stat found {};
  ASSERT_EQ(stat((folder / "store.db").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0640U);
  first->reset();
  std::filesystem::remove_all(folder);
}

TEST(SqliteStore, a_backup_opens_and_has_everything) {
  const auto folder = std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
  std::filesystem::create_directory(folder);
  auto store = open_store("sqlite:" + (folder / "a.db").string(), OpenMode::visit, nullptr);
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE((*store)
                  ->write_now([](Db& db) -> Result<void> {
                    DW_CHECK(open_one(db, "kept"));
                    return {};
                  })
                  .ok());
  const std::string copy = (folder / "b.db").string();
  ASSERT_TRUE((*store)->backup(copy).ok());
  EXPECT_FALSE((*store)->backup(copy).ok()) << "never over a file that is there";
  auto restored = open_store("sqlite:" + copy, OpenMode::visit, nullptr);
  ASSERT_TRUE(restored.ok());
  const Result<void> read = (*restored)->read_now([](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> page, tickets::list(db, {}));
    EXPECT_EQ(page.items.size(), 1U);
    return {};
  });
  EXPECT_TRUE(read.ok());
  std::filesystem::remove_all(folder);
}

std::string file_of(const Bundle& b) {
  return b.url.substr(std::string("sqlite:").size());
}

std::unique_ptr<SqliteDb> raw(const Bundle& b) {
  auto db = SqliteDb::open(file_of(b));
  if (!db.ok()) throw std::runtime_error(db.error().text());
  return std::move(*db);
}

TEST(SqliteStore, a_copy_is_of_one_moment_although_others_write) {
  auto b = place_for("sqlite");
  b->reopen();
  const auto add = [&](int count) {
    b->write([&](Db& db) -> Result<void> {
      for (int i = 0; i < count; ++i) DW_CHECK(open_one(db, std::string(500, 't')));
      return {};
    });
  };
  add(2000);
  Loop loop;
  auto serving = open_store(b->url, OpenMode::serve, &loop);
  ASSERT_TRUE(serving.ok());
  // While it copies, another connection commits without a pause.
  std::atomic<bool> is_copied{false};
  std::thread other([&] {
    while (!is_copied) add(1);
  });
  const std::string copy = (b->folder / "copy.db").string();
  const Result<void> copied = (*serving)->backup(copy);
  is_copied = true;
  other.join();
  ASSERT_TRUE(copied.ok()) << copied.error().text();
  struct stat found {};
  ASSERT_EQ(stat(copy.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  auto restored = open_store("sqlite:" + copy, OpenMode::visit, nullptr);
  ASSERT_TRUE(restored.ok());
  EXPECT_TRUE((*restored)->verify()->empty());
  EXPECT_TRUE((*serving)->verify()->empty());
}

/// A store as schema 1 left it, with a ticket, an event that is for ever, and a lane.
std::unique_ptr<Bundle> store_of_version_1() {
  auto b = place_for("sqlite");
  const auto db = raw(*b);
  const Result<void> filled = [&]() -> Result<void> {
    DW_CHECK(
        db->run_script("CREATE TABLE schema_version (version BIGINT NOT NULL, "
                       "at BIGINT NOT NULL); INSERT INTO schema_version VALUES (1, 0);"));
    DW_CHECK(db->run_script(migrations().front().sqlite));
    Event lasting = event_with("k");
    const std::string rows = fmt::format(
        "INSERT INTO event (source, key, kind, at, body, for_ever) "
        "VALUES ('test', 'k', 'k', {0}, '{1}', 1);"
        "INSERT INTO ticket (title, description, priority, status, requester_name, "
        "requester_email, requester_id, assignee, tags, source, desk, external_id, external_url, "
        "queue, opened_at, updated_at) VALUES ('old', 'd', 0, 0, 'Ana', '', '', '', '[]', 'test', "
        "'embedded', '', '', 'high', {0}, {0});"
        "INSERT INTO delivery (event, ticket, lane, target, operation, payload, holds_lane, state, "
        "attempts, reason, created_at, next_attempt_at) VALUES (1, 1, 'a', 'queue:high', 'send', "
        "'{{\"queue\":\"high\",\"body\":\"b\"}}', 1, 0, 0, '', {0}, {0});"
        "INSERT INTO lane (name, due_at) VALUES ('a', {0});",
        t0.time_since_epoch().count(), to_text(lasting.body));
    return db->run_script(rows.c_str());
  }();
  EXPECT_TRUE(filled.ok()) << filled.error().text();
  return b;
}

TEST(SqliteStore, a_filled_store_of_an_older_schema_is_brought_up_to_date_once) {
  auto b = store_of_version_1();
  b->reopen();
  b->write([](Db& db) -> Result<void> {
    Event lasting = event_with("k");
    lasting.is_for_ever = true;
    DW_TRY(const Recorded known, events::record(db, lasting));
    EXPECT_FALSE(known.is_first);
    EXPECT_TRUE(known.is_same_body);
    DW_TRY(const TicketId next, tickets::reserve_id(db));
    EXPECT_EQ(next, TicketId{2});
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    DW_TRY(const auto taken, begin(db, claims.at(0), t0));
    EXPECT_EQ(taken.size(), 1U);
    return {};
  });
  EXPECT_TRUE(b->store->verify()->empty());
  b->store.reset();
  const auto again = migrate(*raw(*b), t0);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, 0) << "opening again has nothing to do";
}

TEST(SqliteStore, a_store_of_a_newer_schema_is_refused_with_a_way_out) {
  auto b = place_for("sqlite");
  b->reopen();
  b->store.reset();
  ASSERT_TRUE(raw(*b)->run_script("INSERT INTO schema_version VALUES (999, 0)").ok());
  const auto opened = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, ErrorKind::conflict);
  EXPECT_NE(opened.error().what.find("newer"), std::string::npos);
}

TEST(SqliteStore, a_command_of_a_newer_version_does_not_migrate_under_a_running_daemon) {
  auto b = store_of_version_1();
  // A daemon of the older version, as far as the lock is concerned.
  const std::string lock_file = b->url.substr(b->url.find(':') + 1) + ".lock";
  const int daemon = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(daemon, 0);
  ASSERT_EQ(::flock(daemon, LOCK_EX | LOCK_NB), 0);
  const auto visit = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_FALSE(visit.ok());
  EXPECT_EQ(visit.error().kind, ErrorKind::busy);
  ::close(daemon);
  EXPECT_TRUE(open_store(b->url, OpenMode::visit, nullptr).ok());
}

TEST(SqliteStore, another_programs_database_and_a_file_that_is_none_are_left_alone) {
  auto b = place_for("sqlite");
  ASSERT_TRUE(raw(*b)->run_script("CREATE TABLE songs (title TEXT)").ok());
  const auto foreign = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.error().kind, ErrorKind::conflict);
  const std::string picture = (b->folder / "picture.png").string();
  std::ofstream(picture) << std::string(5000, 'p');
  const auto none = open_store("sqlite:" + picture, OpenMode::visit, nullptr);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kind, ErrorKind::conflict);
  const auto nowhere = open_store("sqlite:/nowhere/at/all.db", OpenMode::visit, nullptr);
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().kind, ErrorKind::full);
}

TEST(SqliteStore, a_reader_sees_the_last_commit_and_waits_for_no_writer) {
  auto b = place_for("sqlite");
  b->reopen();
  auto reader = open_store(b->url, OpenMode::visit, nullptr);
  ASSERT_TRUE(reader.ok());
  b->write([&](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "not committed yet"));
    size_t seen = 99;
    const Result<void> read = (*reader)->read_now([&](ReadDb& other) -> Result<void> {
      DW_TRY(const Page<Ticket> page, tickets::list(other, {}));
      seen = page.items.size();
      return {};
    });
    EXPECT_TRUE(read.ok());
    EXPECT_EQ(seen, 0U);
    return {};
  });
}

}  // namespace
}  // namespace dw
