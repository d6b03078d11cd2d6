// What is PostgreSQL's own: several replicas at once, and a connection that can be lost.
#include <barrier>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <set>
#include <thread>

#include "contract/store_world.h"
#include "domain/event.h"
#include "domain/ticket.h"
#include "ports/store.h"
#include "records/changes.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/lanes.h"
#include "records/paging.h"
#include "records/queues.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "sql/deliveries.h"
#include "sql/delivery_groups.h"
#include "sql/lanes.h"
#include "sql/queues.h"
#include "sql/ticket_lists.h"
#include "support/postgres.h"

namespace dw {
namespace {

/// Two replicas of one store, without loops: each works for its caller.
struct Pair {
  std::string url = fresh_postgres_url();
  std::unique_ptr<Store> a = visit_store(url), b = visit_store(url);
};

Task<void> open_many(Store& store, int count, int& done) {
  for (int i = 0; i < count; ++i) {
    const WriteWork work = opening("t");
    const Result<void> written = co_await store.write(work);
    EXPECT_TRUE(written.ok()) << (written.ok() ? "" : written.error().text());
    ++done;
  }
}

TEST(PostgresStore, who_looks_makes_no_table) {
  const std::string url = fresh_postgres_url();
  for (int i = 0; i < 2; ++i) {
    const auto looked = open_store(url, OpenMode::look, nullptr);
    ASSERT_FALSE(looked.ok());
    EXPECT_EQ(looked.error().kind, ErrorKind::missing);
    EXPECT_NE(looked.error().what.find("deskwire serve"), std::string::npos);
  }
  ASSERT_TRUE(open_store(url, OpenMode::visit, nullptr).ok());
  EXPECT_TRUE(open_store(url, OpenMode::look, nullptr).ok());
}

TEST(PostgresStore, a_database_that_has_not_all_letters_is_refused_before_it_has_a_table) {
  std::string url = fresh_postgres_database_url();
  ask_postgres(url,
               "CREATE DATABASE western ENCODING 'LATIN1' TEMPLATE template0 LOCALE_PROVIDER libc "
               "LC_COLLATE 'C' LC_CTYPE 'C'");
  const size_t name = url.find("@/") + 2;
  url.replace(name, url.find('?') - name, "western");
  const auto opened = open_store(url, OpenMode::visit, nullptr);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().what.find("LATIN1"), std::string::npos) << opened.error().text();
  EXPECT_NE(opened.error().what.find("createdb -E UTF8"), std::string::npos);
  EXPECT_EQ(ask_postgres(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

/// A statement of ours has half a minute. A migration that writes a large table anew needs more,
/// and would fail at each start.
TEST(PostgresStore, a_migration_has_as_long_as_it_takes) {
  const std::string url = fresh_postgres_database_url();
  ask_postgres(url,
               "CREATE FUNCTION see_limit() RETURNS event_trigger LANGUAGE plpgsql AS "
               "'BEGIN IF current_setting(''statement_timeout'') <> ''0'' THEN "
               "RAISE EXCEPTION ''it has a limit''; END IF; END'");
  ask_postgres(url,
               "CREATE EVENT TRIGGER see_limit ON ddl_command_start EXECUTE FUNCTION see_limit()");
  const auto opened = open_store(url, OpenMode::visit, nullptr);
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  std::string afterwards;
  constexpr const char* ask = "SELECT current_setting('statement_timeout')";
  const Result<void> read = (*opened)->read_now([&](ReadDb& db) -> Result<void> {
    DW_CHECK(
        db.run(Statement{"test", ask, ask}, {}, [&](const Row& row) { afterwards = row.text(0); }));
    return {};
  });
  EXPECT_TRUE(read.ok());
  EXPECT_EQ(afterwards, "30s");
}

/// Many writers at once over two stores of one database: replicas.
TEST(PostgresStore, replicas_number_tickets_apart_and_hear_of_each_other) {
  const std::string url = fresh_postgres_url();
  Loop loop;
  auto first = open_store(url, OpenMode::serve, &loop);
  auto second = open_store(url, OpenMode::serve, &loop);
  ASSERT_TRUE(first.ok() && second.ok());
  int told = 0;
  (*second)->on_change([&](DirtyFlags touched) { told += touched.notes ? 1 : 0; });
  int done = 0;
  for (int i = 0; i < 8; ++i) {
    asio::co_spawn(loop, open_many(**first, 10, done), asio::detached);
    asio::co_spawn(loop, open_many(**second, 10, done), asio::detached);
  }
  loop.run();
  EXPECT_EQ(done, 160);
  EXPECT_GT(told, 0);
  auto visit = open_store(url, OpenMode::visit, nullptr);
  const Result<void> read = (*visit)->read_now([](ReadDb& db) -> Result<void> {
    DW_TRY(const Page<Ticket> page, tickets::list(db, {.page = {.limit = 500}}));
    EXPECT_EQ(page.items.size(), 160U);
    DW_TRY(const auto notes, changes::after(db, "", 500));
    EXPECT_EQ(notes.size(), 160U);
    return {};
  });
  EXPECT_TRUE(read.ok());
}

/// The pages that a statement looks at with the plan that is kept for all values.
int64_t pages_with_kept_plan(const std::string& url, const Statement& statement,
                             const std::string& values) {
  std::string text = statement.postgres;
  for (size_t at = 0; (at = text.find('$', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');  // psql is started by a shell
  }
  const std::string told = ask_postgres(
      url, fmt::format("SET plan_cache_mode = force_generic_plan; PREPARE p AS {}; "
                       "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) EXECUTE p{}",
                       text, values.empty() ? "" : "(" + values + ")"));
  const size_t hit = told.find("hit=");
  return hit == std::string::npos ? 0 : std::stoll(told.substr(hit + 4));
}

/// A plan for all values expects the rows of an average queue, lane or person, wherever they are.
TEST(PostgresStore, the_front_of_a_list_costs_the_same_however_many_are_in_others) {
  const std::string url = fresh_postgres_url();
  ASSERT_TRUE(open_store(url, OpenMode::visit, nullptr).ok());
  const std::string new_delivery =
      "INSERT INTO delivery (event, ticket, lane, target, operation, payload, holds_lane, state, "
      "attempts, reason, created_at) SELECT 0, 0, 'l', 't', 'o', '{}', 1, ";
  ask_postgres(
      url,
      "INSERT INTO queue_message (queue, body, attributes, message_group, deduplication, "
      "sent_at, visible_at) SELECT 'full', 'b', '{}', '', '', i, i "
      "FROM generate_series(1, 30000) AS i; " +
          new_delivery + "3, 1, '', i FROM generate_series(1, 30000) AS i; " + new_delivery +
          "0, 0, '', i FROM generate_series(1, 30000) AS i; "
          "INSERT INTO ticket (title, description, priority, status, requester_name, "
          "requester_email, requester_id, assignee, tags, source, desk, external_id, external_url, "
          "queue, opened_at, updated_at) SELECT 't', '', 1, 2, '', '', '', 'Greta', '[]', 'api', "
          "'embedded', '', '', '', i, i FROM generate_series(1, 30000) AS i; ANALYZE");
  const std::string page = "1000000000, -1, -1, 0, 10, -1, 'Hugo', '', '', ''";
  const std::vector<std::pair<const Statement*, std::string>> looks = {
      {&stmt::queue_oldest, "'empty'"},
      {&stmt::queue_last, "'empty'"},
      {&stmt::queue_peek, "'empty', 0, 10"},
      {&stmt::queue_purge, "'empty', 100000, 10"},
      {&stmt::queue_redrive, "'empty', 1, 100000, 10"},
      {&stmt::queue_expire, "'empty', 1, 1, 10"},
      {&stmt::lane_head, "'l', 2"},
      {&stmt::open_in_lane, "'l', 3"},
      {&stmt::oldest_pending, ""},
      {&stmt::open_of_state, "1, 10"},
      {&stmt::count_pending_targets, "10"},
      {&stmt::list_open_deliveries, "1000000, 1, '', 10"},
      {&stmt::tickets_of_assignee, page}};
  for (const auto& [statement, values] : looks) {
    EXPECT_LT(pages_with_kept_plan(url, *statement, values), 20) << statement->name;
  }
}

/// A plan for all words and filters read every ticket that has a common word: two seconds.
TEST(PostgresStore, a_search_is_planned_for_its_words) {
  const std::string url = fresh_postgres_url();
  auto store = open_store(url, OpenMode::visit, nullptr);
  ASSERT_TRUE(store.ok());
  constexpr const char* ask = "SELECT name FROM pg_prepared_statements";
  const Statement kept_plans{"kept_plans", ask, ask};
  std::set<std::string> kept;
  const Result<void> read = (*store)->read_now([&](ReadDb& db) -> Result<void> {
    TicketFilter filter;
    DW_CHECK(tickets::filtered(db, filter));
    filter.plain.text = "vpn";
    DW_CHECK(tickets::filtered(db, filter));
    DW_CHECK(deliveries::list(db, {.page = {.limit = 10}}));
    DW_CHECK(tickets::oldest(db));
    DW_CHECK(db.run(kept_plans, {}, [&](const Row& row) { kept.emplace(row.text(0)); }));
    return {};
  });
  EXPECT_TRUE(read.ok());
  EXPECT_EQ(kept.count("oldest_ticket"), 1U) << "what has no values is kept";
  for (const char* name :
       {"all_tickets", "tickets_by_text", "tickets_beside_text", "list_deliveries"}) {
    EXPECT_EQ(kept.count(name), 0U) << name;
  }
}

TEST(PostgresStore, two_replicas_never_claim_the_same_lane_nor_wait_for_each_other) {
  Pair replicas;
  ASSERT_TRUE(replicas.a
                  ->write_now([](Db& db) -> Result<void> {
                    for (const char* lane : {"x", "y", "z"}) {
                      DW_CHECK(deliveries::add(db, pending_in(lane)));
                      DW_CHECK(queues::send(db, {.queue = "q", .body = lane}, t0));
                    }
                    return {};
                  })
                  .ok());
  const Result<void> first = replicas.a->write_now([&](Db& db) -> Result<void> {
    DW_TRY(const auto mine, lanes::claim(db, {"a"}, t0, t0 + Millis(1000), 2));
    EXPECT_EQ(mine.size(), 2U);
    DW_TRY(const auto got, queues::receive(db, {.queue = "q", .count_max = 2}, t0));
    EXPECT_EQ(got.size(), 2U);
    return replicas.b->write_now([](Db& other) -> Result<void> {
      DW_TRY(const auto yours, lanes::claim(other, {"b"}, t0, t0 + Millis(1000), 10));
      EXPECT_EQ(yours.size(), 1U);
      DW_TRY(const auto rest, queues::receive(other, {.queue = "q", .count_max = 10}, t0));
      EXPECT_EQ(rest.size(), 1U);
      return {};
    });
  });
  EXPECT_TRUE(first.ok());
}

TEST(PostgresStore, the_same_event_at_two_replicas_at_once_is_one) {
  Pair replicas;
  std::array<Recorded, 2> recorded;
  std::barrier together(2);
  const auto take = [&](Store& store, Recorded& out) {
    together.arrive_and_wait();
    const Result<void> written = store.write_now([&](Db& db) -> Result<void> {
      DW_TRY(out, events::record(db, event_with("same")));
      if (out.is_first) DW_CHECK(events::set_state(db, out.id, EventState::done, "", "first's"));
      return {};
    });
    EXPECT_TRUE(written.ok());
  };
  std::thread other([&] { take(*replicas.b, recorded[1]); });
  take(*replicas.a, recorded[0]);
  other.join();
  EXPECT_NE(recorded[0].is_first, recorded[1].is_first);
  EXPECT_EQ(recorded[0].id, recorded[1].id);
  const Recorded& repeat = recorded[0].is_first ? recorded[1] : recorded[0];
  EXPECT_EQ(to_text(repeat.reply), "\"first's\"");
}

TEST(PostgresStore, works_that_lock_each_other_out_are_both_done_in_the_end) {
  Pair replicas;
  std::barrier holding_one(2);
  std::array<int, 2> runs{};
  const auto take = [&](Store& store, size_t me) {
    const Result<void> written = store.write_now([&](Db& db) -> Result<void> {
      const bool is_first_run = ++runs[me] == 1;
      DW_CHECK(events::record(db, event_with(me == 0 ? "left" : "right")));
      if (is_first_run) holding_one.arrive_and_wait();
      DW_CHECK(events::record(db, event_with(me == 0 ? "right" : "left")));
      return open_one(db, "t").ok() ? Result<void>{} : Error{ErrorKind::invalid, "", "no ticket"};
    });
    EXPECT_TRUE(written.ok()) << (written.ok() ? "" : written.error().text());
  };
  std::thread other([&] { take(*replicas.b, 1); });
  take(*replicas.a, 0);
  other.join();
  // Their order stays opposite, so a busy machine may let them meet again.
  EXPECT_GE(runs[0] + runs[1], 3) << "one of them ran twice";
}

TEST(PostgresStore, what_joins_a_lane_while_another_forgets_it_is_sent) {
  Pair replicas;
  ASSERT_TRUE(replicas.a
                  ->write_now([](Db& db) -> Result<void> {
                    DW_CHECK(deliveries::add(db, pending_in("a")));
                    return {};
                  })
                  .ok());
  std::thread joining;
  std::barrier is_forgotten(2);
  joining = std::thread([&] {
    is_forgotten.arrive_and_wait();
    const Result<void> added = replicas.b->write_now([](Db& db) -> Result<void> {
      DW_CHECK(deliveries::add(db, pending_in("a")));
      return {};
    });
    EXPECT_TRUE(added.ok());
  });
  const Result<void> emptied = replicas.a->write_now([&](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"a"}, t0, t0 + Millis(1000), 10));
    DW_TRY(const auto taken, begin(db, claims.at(0), t0));
    DW_CHECK(lanes::finish(db, claims.at(0), {.id = taken.at(0).id}, t0));
    DW_CHECK(lanes::release(db, claims.at(0), t0));
    // A row that nobody sees yet is gone; the other now waits for it.
    is_forgotten.arrive_and_wait();
    while (ask_postgres(replicas.url,
                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'") ==
           "0") {
    }
    return {};
  });
  joining.join();
  ASSERT_TRUE(emptied.ok());
  EXPECT_TRUE(replicas.a->verify()->empty());
  const Result<void> sent = replicas.b->write_now([](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"b"}, t0, t0 + Millis(1000), 10));
    EXPECT_EQ(claims.size(), 1U);
    return {};
  });
  EXPECT_TRUE(sent.ok());
}

constexpr const char* end_all_others =
    "select count(pg_terminate_backend(pid)) from pg_stat_activity "
    "where application_name = 'deskwire' and datname = current_database()";

TEST(PostgresStore, a_connection_lost_in_the_middle_keeps_nothing_and_the_next_work_goes_on) {
  Pair replicas;
  const Result<void> cut = replicas.a->write_now([&](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "half"));
    ask_postgres(replicas.url, end_all_others);
    return {};
  });
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().kind, ErrorKind::full);
  EXPECT_FALSE(replicas.a->health().is_ok);
  EXPECT_TRUE(replicas.a->write_now(opening("whole")).ok());
  EXPECT_TRUE(replicas.a->health().is_ok);
  EXPECT_EQ(ask_postgres(replicas.url, "select string_agg(title, ',') from ticket"), "whole");
}

TEST(PostgresStore, a_connection_lost_between_works_is_not_noticed) {
  Pair replicas;
  ASSERT_TRUE(replicas.a->write_now(opening("one")).ok());
  ask_postgres(replicas.url, end_all_others);
  EXPECT_TRUE(replicas.a->write_now(opening("two")).ok());
  ask_postgres(replicas.url, end_all_others);
  EXPECT_EQ(changes_after(*replicas.a, "").size(), 2U);
}

TEST(PostgresStore, the_store_hears_of_others_again_after_its_ear_was_cut_off) {
  const std::string url = fresh_postgres_url();
  Loop loop;
  auto hearing = open_store(url, OpenMode::serve, &loop);
  ASSERT_TRUE(hearing.ok());
  ask_postgres(url, end_all_others);
  auto speaking = open_store(url, OpenMode::visit, nullptr);
  ASSERT_TRUE(speaking.ok());
  int told = 0;
  (*hearing)->on_change([&](DirtyFlags) { ++told; });
  auto guard = asio::make_work_guard(loop);
  // It is told once when it listens again, and then of what the other commits.
  while (told == 0) loop.run_one();
  told = 0;
  ASSERT_TRUE((*speaking)->write_now(opening("t")).ok());
  while (told == 0) loop.run_one();
  EXPECT_EQ(told, 1);
}

TEST(PostgresStore, replicas_that_start_together_make_one_schema) {
  const std::string url = fresh_postgres_url();
  std::barrier together(4);
  std::vector<std::thread> starting;
  for (int i = 0; i < 4; ++i) {
    starting.emplace_back([&] {
      together.arrive_and_wait();
      const auto opened = open_store(url, OpenMode::visit, nullptr);
      EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().text());
    });
  }
  for (std::thread& one : starting) one.join();
  EXPECT_EQ(ask_postgres(url, "select count(*) = max(version) from schema_version"), "t");
}

TEST(PostgresStore, what_can_not_be_reached_is_said_without_the_password) {
  const auto opened =
      open_store("postgresql://deskwire:hunter2@/none?host=/nowhere", OpenMode::visit, nullptr);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, ErrorKind::unreachable);
  EXPECT_EQ(opened.error().text().find("hunter2"), std::string::npos);
  const std::string url = fresh_postgres_url();
  EXPECT_EQ(open_store(url, OpenMode::visit, nullptr).value()->backup("f").error().kind,
            ErrorKind::invalid);
}

}  // namespace
}  // namespace dw
