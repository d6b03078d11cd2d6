// Retention: what goes, what stays, and that it costs the same however much is kept.
#include <sqlite3.h>

#include <charconv>

#include "base/unique_handle.h"
#include "contract/store_world.h"
#include "jobs/bridge/rows.h"
#include "jobs/notices/records.h"
#include "jobs/notices/rows.h"
#include "ports/key_value_store.h"
#include "records/accounts.h"
#include "records/audit.h"
#include "records/key_values.h"
#include "records/leases.h"
#include "records/links.h"
#include "records/queues.h"
#include "sql/accounts.h"
#include "sql/audit.h"
#include "sql/bridge.h"
#include "sql/changes.h"
#include "sql/deliveries.h"
#include "sql/events.h"
#include "sql/notices.h"
#include "sql/queues.h"
#include "sql/tally.h"
#include "sql/tickets.h"
#include "support/retention.h"

namespace dw {
namespace {

constexpr TimePoint late = t0 + Millis(1'000'000);

int64_t prune_all(Bundle& b, TimePoint before, size_t limit = 100) {
  int64_t total = 0;
  for (int64_t removed = 1; removed > 0; total += removed) {
    b.write([&](Db& db) -> Result<void> {
      DW_TRY(removed, prune_all(db, before, limit, 1'000'000));
      return {};
    });
    EXPECT_LE(removed, static_cast<int64_t>(limit));
  }
  return total;
}

TEST_P(StoreContract, retention_removes_audit_sessions_leases_and_what_directories_answered) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    for (const TimePoint at : {t0, late}) {
      const std::string name = at == t0 ? "old" : "new";
      DW_CHECK(audit::add(db, {at, "token ci", "delivery.retry", name}));
      DW_CHECK(accounts::add_session(db, {name, 1, at, at}));
      DW_CHECK(leases::hold(db, "lease " + name, "me", at, at));
      DW_CHECK(bridge::set_lookup(db, {.id = "U " + name, .body = json::object{}, .at = at}));
    }
    DW_CHECK(key_values::set(db, "zendesk.sign_in", "a token", 0));
    return bridge::set_lookup(db, {.id = "read:C1", .body = "100.1", .at = t0});
  });
  EXPECT_EQ(prune_all(*b, t0 + Millis(1), 2), 4);
  b->read([](ReadDb& db) -> Result<void> {
    DW_TRY(const auto audit, audit::list(db, {}));
    EXPECT_EQ(audit.size(), 1U);
    EXPECT_EQ(audit.at(0).subject, "new");
    DW_TRY(const auto old, bridge::lookup(db, "U old"));
    EXPECT_FALSE(old);
    DW_TRY(const auto fresh, bridge::lookup(db, "U new"));
    EXPECT_TRUE(fresh);
    DW_TRY(const auto place, bridge::lookup(db, "read:C1"));
    EXPECT_TRUE(place) << "how far a channel was read is no answer";
    DW_TRY(const StoredValue kept, key_values::get(db, "zendesk.sign_in"));
    EXPECT_EQ(kept.text, "a token");
    return {};
  });
}

TEST_P(StoreContract, retention_removes_what_was_said_in_no_ticket_behind_what_was_said_in_many) {
  auto b = setup();
  b->write([](Db& db) -> Result<void> {
    DW_CHECK(links::set(db, {.channel = "C", .thread = "1", .opened_at = t0}));
    for (int i = 0; i < 12; ++i) {
      const std::string key = fmt::format("{}", i);
      // The first seven are the oldest, and of a ticket that is still there.
      DW_CHECK(bridge::set_message(db, {.key = key,
                                        .kind = "chat.message",
                                        .channel = "C",
                                        .thread = i < 7 ? "1" : key,
                                        .at = t0 - Millis(100 - i)}));
    }
    return bridge::set_message(db,
                               {.key = "new", .kind = "chat.message", .channel = "C", .at = late});
  });
  prune_all(*b, t0, 2);
  b->read([](ReadDb& db) -> Result<void> {
    for (int i = 0; i < 12; ++i) {
      DW_TRY(const auto said, bridge::message(db, fmt::format("{}", i)));
      EXPECT_EQ(said.has_value(), i < 7) << i;
    }
    DW_TRY(const auto fresh, bridge::message(db, "new"));
    EXPECT_TRUE(fresh);
    return {};
  });
  EXPECT_EQ(prune_all(*b, t0, 2), 0) << "it looks at nothing twice";
}

TEST_P(StoreContract, retention_removes_runs_of_notices_and_their_notices_and_not_the_ledger) {
  auto b = setup();
  std::vector<int64_t> runs;
  b->write([&](Db& db) -> Result<void> {
    for (const TimePoint at : {t0, t0, late}) {
      DW_TRY(const int64_t run, notices::add_run(db, {.state = NoticeState::writing,
                                                      .made_at = at,
                                                      .period = "2026-W47",
                                                      .metrics = json::object{}}));
      runs.push_back(run);
      for (int i = 0; i < 7; ++i) {
        DW_CHECK(notices::add_notice(
            db, {.run = run, .email = fmt::format("c{}@x", i), .tickets = "[]"}));
      }
      DW_CHECK(notices::finish_plan(db, run, NoticeState::tested));
    }
    DW_CHECK(notices::reserve(db, "2026-W47", "c0@x", runs.at(0)));
    return notices::mark_closure(db, "T1", 10, runs.at(0));
  });
  EXPECT_EQ(prune_all(*b, t0 + Millis(1), 3), 2 * (7 + 1));
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto left, notices::runs(db, {}));
    EXPECT_EQ(left.items.size(), 1U);
    DW_TRY(const auto notices, notices::notices(db, runs.at(2), {}));
    EXPECT_EQ(notices.items.size(), 7U);
    DW_TRY(const bool is_first, notices::reserve(db, "2026-W47", "c0@x", runs.at(2)));
    EXPECT_FALSE(is_first) << "nobody hears twice because a run is gone";
    int closures = 0;
    DW_CHECK(notices::closures(db, 0, [&](std::string_view, int32_t) { ++closures; }));
    EXPECT_EQ(closures, 1);
    return {};
  });
}

TEST_P(StoreContract, a_queue_keeps_messages_for_its_retention_and_dead_ones_from_their_death) {
  auto b = setup();
  const Millis second(1000);
  b->write([&](Db& db) -> Result<void> {
    for (const char* text : {"old", "worked on", "new"}) {
      DW_CHECK(queues::send(db, {.queue = "q", .body = text}, text[0] == 'n' ? late : t0));
    }
    DW_CHECK(queues::send(db, {.queue = "other", .body = "old"}, t0));
    DW_CHECK(queues::send(db, {.queue = "d", .body = "dies"}, t0));
    // Received once; the second receive finds that it was received too often, and buries it.
    const QueueReceive receive{
        .queue = "d", .visibility = second, .receives_max = 1, .dead_queue = "d-dead"};
    DW_CHECK(queues::receive(db, receive, t0));
    DW_CHECK(queues::receive(db, receive, late));
    return {};
  });
  std::string handle;
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto got, queues::receive(db, {.queue = "q", .count_max = 2}, t0 + second));
    EXPECT_EQ(got.size(), 2U);
    handle = fmt::format("{}.{}", got.at(0).id.value, got.at(0).receipt);
    DW_CHECK(queues::hide(db, "q", handle, Millis(0), t0 + second));
    return {};
  });
  b->write([&](Db& db) -> Result<void> {
    DW_TRY(const int64_t removed, queues::expire(db, "q", t0 + second, t0 + 2 * second, 100));
    EXPECT_EQ(removed, 1) << "one is worked on, one is new";
    DW_TRY(const int64_t others, queues::expire(db, "other", t0, late, 100));
    EXPECT_EQ(others, 0);
    DW_TRY(const int64_t dead, queues::expire(db, "d-dead", t0 + second, late, 100));
    EXPECT_EQ(dead, 0) << "it died just now";
    DW_TRY(const int64_t long_dead,
           queues::expire(db, "d-dead", late + second, late + second, 100));
    EXPECT_EQ(long_dead, 1);
    return {};
  });
}

TEST_P(StoreContract, a_whole_queue_is_purged_and_moved_in_pieces_without_what_comes_meanwhile) {
  auto b = setup();
  b->write([&](Db& db) -> Result<void> {
    for (int i = 0; i < 5; ++i) DW_CHECK(queues::send(db, {.queue = "q", .body = "m"}, t0));
    DW_TRY(const MessageId last, queues::last(db, "q"));
    DW_CHECK(queues::send(db, {.queue = "q", .body = "later"}, t0));
    std::vector<int64_t> pieces;
    for (int i = 0; i < 4; ++i) {
      DW_TRY(const int64_t removed, queues::purge(db, "q", last, 2));
      pieces.push_back(removed);
    }
    EXPECT_EQ(pieces, (std::vector<int64_t>{2, 2, 1, 0}));
    DW_TRY(const auto left, queues::peek(db, "q", {}));
    EXPECT_EQ(left.items.at(0).body, "later");
    DW_TRY(const MessageId none, queues::last(db, "empty"));
    EXPECT_FALSE(none);
    return {};
  });
}

// ---- What a step costs where nothing is old: rows or pages that it visits, never time.

/// Rows that stay: young ones, and those that are old and kept for another reason.
std::string rows_that_stay(const std::string& count) {
  const std::string young = "1795000500000", old = "1794000000000";
  const std::string n =
      "FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "WHERE i < " +
      count + ") SELECT i FROM n) AS n;\n";
  std::string out;
  const auto insert = [&](const std::string& into, const std::string& values) {
    out += "INSERT INTO " + into + " SELECT " + values + " " + n;
  };
  const std::string event = "event (source, key, kind, at, body, for_ever, state)";
  insert(event, "'young', CAST(i AS text), 'k', " + young + " + i, '1', i % 2, 0");
  insert(event, "'parked', CAST(i AS text), 'k', " + old + " + i, '1', 0, 1");
  insert(event, "'empty', CAST(i AS text), 'k', " + old + " + i, '', 1, 0");
  const std::string ticket =
      "ticket (title, description, priority, status, requester_name, requester_email, "
      "requester_id, assignee, tags, source, desk, external_id, external_url, queue, opened_at, "
      "solved_at, updated_at)";
  const std::string texts = "'t', 'd', 1, {}, '', '', '', '', '[]', '', '', '', '', '', ";
  const auto with = [&](int status, const std::string& times) {
    return fmt::format(fmt::runtime(texts), status) + times;
  };
  insert(ticket, with(0, old + " + i, NULL, " + old + " + i"));
  insert(ticket, with(2, old + " + i, " + old + " + i, " + young + " + i"));
  insert("comment (ticket, author_name, author_email, body, is_public, at, source)",
         "i, '', '', 'c', 1, " + old + ", ''");
  const std::string delivery =
      "delivery (event, ticket, lane, target, operation, payload, holds_lane, state, attempts, "
      "reason, created_at, done_at)";
  insert(delivery,
         "i, 0, 'l', 't', 'queue.send', '{}', 0, 3, 1, '', " + old + ", " + young + " + i");
  insert(delivery, "i, 0, 'dead', 't', 'queue.send', '{}', 0, 2, 1, '', " + old + ", " + old);
  insert("bridge_said (key, kind, channel, thread, message, author, digest, state, body, at)",
         "CAST(i AS text), 'chat.message', 'C', CAST(i AS text), '', '', '', 1, '', " + young +
             " + i");
  const std::string link =
      "bridge_link (channel, thread, ticket, stage, url, has_url, is_greeted, requester, "
      "comments_until, opened_at)";
  insert(link, "'L', CAST(i AS text), i, 1, '', 0, 0, '', '', " + old);
  insert("bridge_said (key, kind, channel, thread, message, author, digest, state, body, at)",
         "'live ' || i, 'chat.message', 'L', CAST(i AS text), '', '', '', 1, '', " + old);
  insert("bridge_known (id, body, at)", "'U' || i, '{}', " + young + " + i");
  insert("bridge_known (id, body, at)", "'read:' || i, '{}', " + old);
  insert("audit (at, who, what, subject)", young + " + i, 'w', 'x', 's'");
  insert("session (hash, account, created_at, seen_at)",
         "CAST(i AS text), 1, " + old + ", " + young + " + i");
  insert("tally_message (channel, message, revision, at, text)",
         "'C', CAST(i AS text), 1, " + young + " + i, 'x'");
  insert("tally_message (channel, message, revision, at, text)",
         "'D', CAST(i AS text), 1, " + old + " + i, NULL");
  insert("tally_update (channel, message, line, username, spelled, name, ticket, at)",
         "'C', CAST(i AS text), 1, 'u', 'u', 'u', '', " + young + " + i");
  insert("notice_run (state, made_at, period, hash, ledger, newest_day, from_day, figures)",
         "1, " + young + " + i, 'p', 'h', 0, 0, 0, '{}'");
  insert(
      "queue_message (queue, body, attributes, message_group, deduplication, sent_at, "
      "visible_at)",
      "'q', 'b', '{}', '', '', " + young + " + i, " + young);
  insert("queue_seen (queue, deduplication, message, at)",
         "'q', CAST(i AS text), i, " + young + " + i");
  insert("note (topic, subject)", "'ticket', i");
  return out;
}

const std::string before = "1795000000000", limit = "500";

struct Step {
  const Statement* statement;
  std::vector<std::string> values{before, limit};
};

std::vector<Step> steps() {
  const std::string tickets = "'[-1,-2]'";
  return {{&stmt::old_tickets},
          {&stmt::prune_comments, {tickets, limit}},
          {&stmt::prune_said_of_tickets, {tickets, limit}},
          {&stmt::prune_links, {tickets}},
          {&stmt::prune_bridge_links, {tickets}},
          {&stmt::prune_ticket_words, {tickets}},
          {&stmt::prune_tickets, {tickets}},
          {&stmt::old_events},
          {&stmt::old_tally_messages},
          {&stmt::prune_tally_texts},
          {&stmt::prune_seen, {before}},
          {&stmt::oldest_notice_run, {before}},
          {&stmt::prune_deliveries},
          {&stmt::prune_said},
          {&stmt::mark_bridged_said},
          {&stmt::prune_known},
          {&stmt::prune_audit},
          {&stmt::prune_sessions},
          {&stmt::prune_notes, {"1000000", limit}},
          {&stmt::prune_note_commits, {limit}},
          {&stmt::queue_expire, {"'q'", before, before, limit}}};
}

std::string with_values(std::string text, const std::vector<std::string>& values) {
  for (size_t i = values.size(); i > 0; --i) {
    // SQLite's text has ?1, PostgreSQL's $1.
    for (const std::string& mark : {fmt::format("${}", i), fmt::format("?{}", i)}) {
      for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
        text.replace(at, mark.size(), values[i - 1]);
      }
    }
  }
  return text;
}

/// Steps of SQLite's machine.
int64_t sqlite_cost(sqlite3* db, const Step& step) {
  const std::string text = with_values(step.statement->sqlite, step.values);
  sqlite3_stmt* prepared = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, text.c_str(), -1, &prepared, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db) << ": " << text;
  while (sqlite3_step(prepared) == SQLITE_ROW) {
  }
  const int64_t cost = sqlite3_stmt_status(prepared, SQLITE_STMTSTATUS_VM_STEP, 0);
  sqlite3_finalize(prepared);
  return cost;
}

/// Pages that PostgreSQL looked at.
int64_t postgres_cost(const std::string& url, const Step& step) {
  const std::string plan =
      ask_postgres(url, "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) " +
                            with_values(step.statement->postgres, step.values));
  // The first line with buffers is that of the whole; what planning took is told apart.
  const size_t line = plan.find("Buffers: shared");
  int64_t pages = 0;
  if (line == std::string::npos) return pages;
  const std::string first = plan.substr(line, plan.find('\n', line) - line);
  for (const char* kind : {"hit=", "read="}) {
    const size_t at = first.find(kind);
    if (at != std::string::npos) pages += std::stoll(first.substr(at + std::string(kind).size()));
  }
  return pages;
}

std::vector<int64_t> costs_at(const std::string& kind, const std::string& count) {
  auto b = place_for(kind);
  b->reopen();
  b->store.reset();
  const std::string rows = rows_that_stay(count);
  std::vector<int64_t> costs;
  if (kind == "postgresql") {
    ask_postgres(b->url, rows);
    // A commit for each note, as if they had come one by one.
    ask_postgres(b->url,
                 "INSERT INTO note (xid, topic, subject) SELECT "
                 "CAST(CAST(9000000 + i AS text) AS xid8), 'ticket', i FROM generate_series(1, " +
                     count + ") AS i");
    ask_postgres(b->url, "ANALYZE");
    for (const Step& step : steps()) costs.push_back(postgres_cost(b->url, step));
    return costs;
  }
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(b->url.substr(7).c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, ("BEGIN;" + rows + "COMMIT;").c_str(), nullptr, nullptr, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(db);
  for (const Step& step : steps()) costs.push_back(sqlite_cost(db, step));
  sqlite3_close(db);
  return costs;
}

class RetentionCost : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Engines, RetentionCost, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

TEST_P(RetentionCost, looking_for_what_is_old_costs_the_same_however_much_is_kept) {
  const std::vector<int64_t> few = costs_at(GetParam(), "1000");
  const std::vector<int64_t> many = costs_at(GetParam(), "30000");
  ASSERT_EQ(few.size(), many.size());
  for (size_t i = 0; i < few.size(); ++i) {
    // One level more of an index at most; the front of a table is as long as may be removed.
    EXPECT_LE(many[i], 2 * few[i] + 12) << steps()[i].statement->name;
  }
}

}  // namespace
}  // namespace dw
