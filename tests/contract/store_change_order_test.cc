// The order of changes over replicas: everybody reads one, without a gap, whoever else is at work.
#include <atomic>
#include <cstdio>
#include <set>
#include <thread>

#include "contract/store_world.h"
#include "ports/store.h"
#include "records/changes.h"
#include "records/tickets.h"
#include "store/migrate.h"
#include "store/postgres/postgres_db.h"
#include "support/retention.h"

namespace dw {
namespace {

std::string newest(Store& store) {
  std::string position;
  const Result<void> read = store.read_now([&](ReadDb& db) -> Result<void> {
    DW_TRY(position, changes::last(db));
    return {};
  });
  EXPECT_TRUE(read.ok());
  return position;
}

/// A session that has begun a transaction and does not end it, until this object goes.
class OpenTransaction {
 public:
  OpenTransaction(const std::string& url, const std::string& statement)
      : psql_(popen(("psql -qAt -d '" + url + "' >/dev/null").c_str(), "w")) {
    std::fprintf(psql_, "BEGIN; %s;\n", statement.c_str());
    std::fflush(psql_);
    const std::string count =
        "select count(*) from pg_stat_activity where state = 'idle in transaction'";
    const std::string wanted = std::to_string(++open_);
    while (ask_postgres(url, count) != wanted) std::this_thread::yield();
  }
  ~OpenTransaction() {
    pclose(psql_);
    --open_;
  }
  OpenTransaction(const OpenTransaction&) = delete;
  OpenTransaction& operator=(const OpenTransaction&) = delete;
  void commit() {
    std::fputs("COMMIT;\n", psql_);
    std::fflush(psql_);
    // The destructor waits for psql, which has carried it out by then.
  }

 private:
  static inline int open_ = 0;
  FILE* psql_;
};

TEST(ChangeOrder, changes_stand_in_the_order_of_their_commits) {
  const std::string url = fresh_postgres_url();
  const auto a = visit_store(url), b = visit_store(url);
  const std::string position = newest(*a);
  const Result<void> slow = a->write_now([&](Db& db) -> Result<void> {
    DW_TRY(const TicketId id, open_one(db, "begun first"));
    DW_CHECK(tickets::find(db, id));  // what was sent has arrived
    EXPECT_TRUE(b->write_now(opening("committed first")).ok());
    EXPECT_EQ(changes_after(*b, position).size(), 1U) << "what is committed is shown";
    return {};
  });
  ASSERT_TRUE(slow.ok());
  const std::vector<ChangeNote> notes = changes_after(*b, position);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes.at(0).id, 2);
  EXPECT_EQ(notes.at(1).id, 1);
  EXPECT_EQ(changes_after(*b, notes.at(0).position).size(), 1U);
}

TEST(ChangeOrder, somebody_elses_long_transaction_holds_nothing_back) {
  const std::string url = fresh_postgres_url();
  const auto a = visit_store(url), b = visit_store(url);
  const std::string position = newest(*a);
  const OpenTransaction elsewhere(fresh_postgres_database_url(), "SELECT pg_current_xact_id()");
  const OpenTransaction here(url, "CREATE TEMPORARY TABLE t AS SELECT pg_current_xact_id()");
  ASSERT_TRUE(a->write_now(opening("t")).ok());
  EXPECT_EQ(changes_after(*a, position).size(), 1U);
  EXPECT_EQ(changes_after(*b, position).size(), 1U);
  EXPECT_NE(newest(*b), position);
}

TEST(ChangeOrder, a_writer_that_hangs_before_its_commit_holds_nobody_back) {
  const std::string url = fresh_postgres_url();
  const auto a = visit_store(url);
  const std::string position = newest(*a);
  {
    OpenTransaction hanging(url, "INSERT INTO note (topic, subject) VALUES ('ticket', 77)");
    ASSERT_TRUE(a->write_now(opening("t")).ok());
    EXPECT_EQ(changes_after(*a, position).size(), 1U);
    hanging.commit();
  }
  const std::vector<ChangeNote> notes = changes_after(*a, position);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes.at(1).id, 77) << "its commit was the last";
  { const OpenTransaction dying(url, "INSERT INTO note (topic, subject) VALUES ('ticket', 78)"); }
  EXPECT_EQ(changes_after(*a, notes.at(1).position).size(), 0U);
}

/// Notes of subject 77 stand still in the middle of their COMMIT, behind their place, while
/// somebody else has `gate`.
constexpr const char* gate = "SELECT pg_advisory_xact_lock(1, 1)";
constexpr const char* stop_at_gate =
    "CREATE FUNCTION stop_at_gate() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN IF NEW.subject = 77 THEN PERFORM pg_advisory_xact_lock(1, 1); END IF; "
    "RETURN NULL; END'; "
    "CREATE CONSTRAINT TRIGGER note_stops_at_gate AFTER INSERT ON note "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stop_at_gate()";

std::string waiting(const std::string& url) {
  return ask_postgres(url, "select count(*) from pg_locks where not granted");
}

TEST(ChangeOrder, a_commit_that_has_its_place_is_seen_before_any_that_comes_behind_it) {
  const std::string url = fresh_postgres_url();
  const auto a = visit_store(url);
  std::string position = newest(*a);
  ask_postgres(url, stop_at_gate);
  auto closed = std::make_unique<OpenTransaction>(url, gate);
  auto slow = std::make_unique<OpenTransaction>(
      url, "INSERT INTO note (topic, subject) VALUES ('ticket', 77)");
  slow->commit();
  while (waiting(url) != "1") std::this_thread::yield();
  // It has its place, and nobody sees it yet. The next one must not be seen before it.
  std::atomic<bool> has_ended = false;
  std::thread next([&] {
    EXPECT_TRUE(visit_store(url)->write_now(opening("t")).ok());
    has_ended = true;
  });
  while (!has_ended && waiting(url) != "2") std::this_thread::yield();
  std::vector<int64_t> seen;
  const auto read_on = [&] {
    for (const ChangeNote& note : changes_after(*a, position)) {
      seen.push_back(note.id);
      position = note.position;
    }
  };
  read_on();
  closed.reset();
  slow.reset();
  next.join();
  read_on();
  EXPECT_EQ(seen, (std::vector<int64_t>{77, 1}));
}

/// Follows the changes in small steps until there are `count`.
std::vector<int64_t> follow(Store& store, std::string position, size_t count) {
  constexpr size_t step = 7;
  std::vector<int64_t> seen;
  for (const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
       seen.size() < count && std::chrono::steady_clock::now() < give_up;) {
    for (const ChangeNote& note : changes_after(store, position, step)) {
      seen.push_back(note.id);
      position = note.position;
    }
  }
  return seen;
}

TEST(ChangeOrder, two_replicas_read_one_order_without_a_gap_while_many_write) {
  constexpr int writers = 4, each = 60;
  const std::string url = fresh_postgres_url();
  const auto first = visit_store(url);
  const std::string position = newest(*first);
  const OpenTransaction foreign(url, "CREATE TEMPORARY TABLE t AS SELECT pg_current_xact_id()");
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&url] {
      const auto mine = visit_store(url);
      for (int done = 0; done < each; ++done) EXPECT_TRUE(mine->write_now(opening("t")).ok());
    });
  }
  std::array<std::vector<int64_t>, 2> seen;
  for (auto& out : seen) {
    threads.emplace_back(
        [&] { out = follow(*visit_store(url), position, static_cast<size_t>(writers * each)); });
  }
  for (std::thread& one : threads) one.join();
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(std::set<int64_t>(seen[0].begin(), seen[0].end()).size(), size_t{writers * each});
}

TEST(ChangeOrder, a_position_from_before_the_upgrade_stays_good) {
  const std::string url = fresh_postgres_url();
  std::string first, newest_then;
  {
    const auto store = visit_store(url);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->write_now(opening("t")).ok());
  }
  // As the version before had it.
  ask_postgres(url,
               "DROP TRIGGER note_is_placed ON note; DROP FUNCTION place_note_commit; "
               "DROP TABLE note_commit");
  const std::string position = "SELECT xid::text || '.' || seq FROM note ORDER BY xid, seq LIMIT 1";
  first = ask_postgres(url, position);
  newest_then = ask_postgres(url, position + " OFFSET 2");
  {
    const auto db = PostgresDb::open(url);
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE((*db)->run_script(migrations()[12].postgres).ok());
  }
  const auto upgraded = visit_store(url);
  EXPECT_EQ(newest(*upgraded), newest_then);
  ASSERT_TRUE(upgraded->write_now(opening("after it")).ok());
  EXPECT_EQ(changes_after(*upgraded, newest_then).size(), 1U);
  EXPECT_EQ(changes_after(*upgraded, first).size(), 3U);
  EXPECT_EQ(changes_after(*upgraded, "0.0").size(), 4U);
}

TEST(ChangeOrder, places_go_with_what_retention_takes_away) {
  const std::string url = fresh_postgres_url();
  const auto store = visit_store(url);
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(store->write_now(opening("t")).ok());
  const Result<void> pruned = store->write_now([](Db& db) -> Result<void> {
    DW_CHECK(prune_all(db, {}, 100, 2));
    return {};
  });
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(ask_postgres(url, "select count(*) from note_commit where place > 0"), "2");
  EXPECT_EQ(changes_after(*store, "").size(), 2U);
}

}  // namespace
}  // namespace dw
