// SQLite's log as it is written: a commit's pages together, and nothing of what was taken back.
#include <sqlite3.h>

#include "contract/failing_disk.h"
#include "contract/store_world.h"
#include "store/sqlite/gathered_log.h"
#include "store/sqlite/sqlite_db.h"

namespace dw {
namespace {

/// A database with one table, and what was written to its log.
struct LogWorld {
  FailingDisk disk;
  std::unique_ptr<Bundle> place = place_for("sqlite");
  std::string file = (place->folder / "log.db").string();
  std::unique_ptr<SqliteDb> db = opened();

  LogWorld() {
    must(*db, "CREATE TABLE one (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
    disk.writes = 0;
  }
  std::unique_ptr<SqliteDb> opened() const {
    auto made = SqliteDb::open(file);
    if (!made.ok()) throw std::runtime_error(made.error().text());
    return std::move(*made);
  }
  static void must(SqliteDb& on, const std::string& script) {
    const Result<void> done = on.run_script(script.c_str());
    if (!done.ok()) throw std::runtime_error(done.error().text());
  }
  /// So many rows of half a page, each of them `letter`.
  static std::string rows(int count, char letter) {
    return fmt::format(
        "INSERT INTO one (text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < {}) SELECT replace(hex(zeroblob(1000)), '0', '{}') FROM n",
        count, letter);
  }
  /// What somebody finds who opens the file with its log as a crash left it: letter and count.
  std::string found_after_crash() const {
    const std::string copy = (place->folder / "crashed.db").string();
    const auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(file, copy, over);
    std::filesystem::copy_file(file + "-wal", copy + "-wal", over);
    std::filesystem::remove(copy + "-shm");
    sqlite3* crashed = nullptr;
    sqlite3_open(copy.c_str(), &crashed);
    std::string out;
    const auto collect = [](void* to, int, char** texts, char**) {
      auto& text = *static_cast<std::string*>(to);
      text += (text.empty() ? "" : " ") + std::string(texts[0]);
      return 0;
    };
    sqlite3_exec(crashed,
                 "SELECT substr(text, 1, 1) || count(*) FROM one GROUP BY text; "
                 "PRAGMA integrity_check",
                 collect, &out, nullptr);
    sqlite3_close(crashed);
    return out;
  }
};

TEST(SqliteLog, a_commit_of_many_pages_is_one_write) {
  LogWorld world;
  LogWorld::must(*world.db, LogWorld::rows(20, 'a'));
  EXPECT_EQ(world.disk.writes, 1);
  EXPECT_GT(world.disk.bytes_written, 20 * 2000);
  EXPECT_EQ(world.found_after_crash(), "a20 ok");
}

TEST(SqliteLog, a_commit_larger_than_what_is_gathered_is_written_in_pieces) {
  LogWorld world;
  LogWorld::must(*world.db, LogWorld::rows(1000, 'a'));
  EXPECT_GT(world.disk.writes, 2);
  EXPECT_LT(world.disk.writes, 40);
  EXPECT_EQ(world.found_after_crash(), "a1000 ok");
}

TEST(SqliteLog, the_first_write_behind_a_checkpoint_has_the_logs_new_head_in_front) {
  LogWorld world;
  for (const char letter : {'a', 'b', 'c'}) {
    LogWorld::must(*world.db, LogWorld::rows(5, letter));
    LogWorld::must(*world.db, "PRAGMA wal_checkpoint(RESTART)");
  }
  LogWorld::must(*world.db, LogWorld::rows(5, 'd'));
  EXPECT_EQ(world.found_after_crash(), "a5 b5 c5 d5 ok");
}

/// The pages of a large transaction do not fit into the cache: they go to the log before its end.
TEST(SqliteLog, what_was_taken_back_is_not_written_over_what_another_has_committed) {
  LogWorld world;
  const auto other = world.opened();
  LogWorld::must(*world.db, "PRAGMA cache_size = 10");
  LogWorld::must(*world.db, LogWorld::rows(3, 'a'));
  for (const int count : {30, 60, 300}) {
    LogWorld::must(*world.db, "BEGIN IMMEDIATE");
    LogWorld::must(*world.db, LogWorld::rows(count, 'x'));
    LogWorld::must(*world.db, "ROLLBACK");
    LogWorld::must(*other, LogWorld::rows(1, 'b'));
    LogWorld::must(*world.db, LogWorld::rows(1, 'c'));
  }
  EXPECT_EQ(world.found_after_crash(), "a3 b3 c3 ok");
}

/// Mostly SQLite reads its log before it lets go of it, which writes what is pending. Not always.
TEST(SqliteLog, what_is_pending_when_the_log_is_let_go_of_is_forgotten) {
  LogWorld world;
  LogWorld::must(*world.db, LogWorld::rows(3, 'a'));
  sqlite3* writer = nullptr;
  ASSERT_EQ(sqlite3_open_v2(world.file.c_str(), &writer, SQLITE_OPEN_READWRITE, gathered_log()), 0);
  const auto run = [writer](const std::string& script) {
    ASSERT_EQ(sqlite3_exec(writer, script.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  };
  run("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  sqlite3_file* log = nullptr;
  sqlite3_file_control(writer, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  sqlite3_int64 end = 0;
  ASSERT_EQ(log->pMethods->xFileSize(log, &end), SQLITE_OK);
  ASSERT_GT(end, 3 * 2000);
  ASSERT_EQ(log->pMethods->xWrite(log, std::string(20'000, 'x').data(), 20'000, end), SQLITE_OK);
  run("ROLLBACK");
  LogWorld::must(*world.db, LogWorld::rows(4, 'b'));
  run(LogWorld::rows(5, 'c'));
  EXPECT_EQ(world.found_after_crash(), "a3 b4 c5 ok");
  sqlite3_close(writer);
}

TEST(SqliteLog, a_savepoint_that_is_taken_back_leaves_what_was_before_it) {
  LogWorld world;
  LogWorld::must(*world.db, "PRAGMA cache_size = 10");
  LogWorld::must(*world.db, "BEGIN IMMEDIATE");
  LogWorld::must(*world.db, LogWorld::rows(50, 'a'));
  LogWorld::must(*world.db, "SAVEPOINT s");
  LogWorld::must(*world.db, LogWorld::rows(200, 'x'));
  LogWorld::must(*world.db, "ROLLBACK TO s");
  LogWorld::must(*world.db, LogWorld::rows(70, 'b'));
  LogWorld::must(*world.db, "COMMIT");
  EXPECT_EQ(world.found_after_crash(), "a50 b70 ok");
}

TEST(SqliteLog, a_disk_that_is_full_when_the_log_is_written_keeps_nothing_of_the_commit) {
  LogWorld world;
  LogWorld::must(*world.db, LogWorld::rows(3, 'a'));
  world.disk.writes_to_fail = 1;
  EXPECT_FALSE(world.db->run_script(LogWorld::rows(40, 'x').c_str()).ok());
  EXPECT_EQ(world.disk.writes_to_fail, 0);
  EXPECT_EQ(world.found_after_crash(), "a3 ok");
  LogWorld::must(*world.db, LogWorld::rows(2, 'b'));
  EXPECT_EQ(world.found_after_crash(), "a3 b2 ok");
}

}  // namespace
}  // namespace dw
