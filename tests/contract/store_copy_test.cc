// A store is copied into another, of the same engine or of the other one: everything, or a store
// that nobody can open.
#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>

#include "contract/store_world.h"
#include "jobs/notices/rows.h"
#include "ports/key_value_store.h"
#include "records/changes.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/key_values.h"
#include "records/lanes.h"
#include "records/leases.h"
#include "records/queues.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"
#include "store/copy.h"
#include "store/copy/tables.h"
#include "store/postgres/postgres_tables.h"
#include "store/sqlite/sqlite_tables.h"

namespace dw {
namespace {

constexpr int filled_rows = 9;
const CopyProgress silent = [](const CopyStep&) {};

std::unique_ptr<Tables> tables_of(const std::string& url) {
  if (url.starts_with("sqlite:")) {
    auto opened = SqliteTables::open(url.substr(7));
    if (!opened.ok()) throw std::runtime_error(opened.error().text());
    return std::move(*opened);
  }
  auto opened = PostgresTables::open(url);
  if (!opened.ok()) throw std::runtime_error(opened.error().text());
  return std::move(*opened);
}

template <class T>
T must(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(result.error().text());
  return std::move(*result);
}
void must(const Result<void>& result) {
  if (!result.ok()) throw std::runtime_error(result.error().text());
}

/// Runs a statement as somebody with another program would.
void run_sql(const std::string& url, const std::string& sql) {
  if (!url.starts_with("sqlite:")) {
    ask_postgres(url, sql);
  } else {
    must(must(SqliteTables::open(url.substr(7)))->run_script(sql));
  }
}

/// Different in each row and column; what the engines' own formats might trip over is among it.
Cell value_for(const Table& table, const Column& column, int row) {
  static const std::vector<std::string> tails = {"",      "\t",        "\\N",      "\n\r", "\\.",
                                                 "'\"$1", "Ünïcødé 😀", "\x01\x7f", "\\x41"};
  if (column.is_nullable && row % 3 == 0) return {};
  switch (column.kind) {
    case ColumnKind::integer:
      return int64_t{row == 8 ? std::numeric_limits<int64_t>::max() - 7 : row * 10 - 3};
    case ColumnKind::boolean:
      return int64_t{row % 2};
    case ColumnKind::text:
    case ColumnKind::blob:
      break;
  }
  const std::string head = table.name == "lease" && column.name == "name" ? "kept:" : "";
  return fmt::format("{}{}.{} {}{}", head, table.name, column.name, row,
                     tails[static_cast<size_t>(row) % tails.size()]);
}

/// Rows in every table that the schema has.
void fill(const std::string& url) {
  const auto side = tables_of(url);
  for (const Table& known : must(schema_catalogue())) {
    const Table table = must(side->table(known.name));
    must(side->clear({table}));
    must(side->begin(table));
    for (int row = 1; row <= filled_rows; ++row) {
      Cells cells;
      for (const Column& column : table.columns) {
        // Numbers that an engine gives out stay far from their end.
        const bool is_number = column.name == table.identity;
        cells.push_back(is_number ? Cell(int64_t{row * 10}) : value_for(table, column, row));
      }
      must(side->append(cells));
    }
    must(side->commit());
    if (!table.identity.empty()) must(side->set_last_number(table, 1000));
  }
}

using Rows = std::vector<Cells>;

std::map<std::string, Rows> rows_of(const std::string& url) {
  const auto side = tables_of(url);
  std::map<std::string, Rows> out;
  for (const Table& known : must(schema_catalogue())) {
    Table table = must(side->table(known.name));
    // In the order of the catalogue, so that the two engines' rows can be compared.
    EXPECT_EQ(table.columns.size(), known.columns.size()) << known.name;
    table.columns = known.columns;
    table.key = known.key;
    const auto cursor = must(side->read(table));
    Cells row;
    Rows& rows = out[table.name];
    while (must(cursor->next(row))) rows.push_back(row);
  }
  return out;
}

std::map<std::string, int64_t> numbers_of(const std::string& url) {
  const auto side = tables_of(url);
  std::map<std::string, int64_t> out;
  for (const Table& table : must(schema_catalogue())) {
    if (!table.identity.empty()) out[table.name] = must(side->last_number(table));
  }
  return out;
}

/// What a copy has instead of what processes held in the origin.
std::map<std::string, Rows> as_copied(std::map<std::string, Rows> rows) {
  for (Cells& lane : rows["lane"]) {
    lane[2] = std::string();
    lane[3] = int64_t{0};
  }
  rows.erase("note");
  rows.erase("writer");
  return rows;
}

struct Pair {
  std::string from, to;
};

class StoreCopy : public testing::TestWithParam<Pair> {
 protected:
  std::unique_ptr<Bundle> from_ = place_for(GetParam().from);
  std::unique_ptr<Bundle> to_ = place_for(GetParam().to);

  /// The source, opened once so that it has its tables.
  void make_source() {
    from_->reopen();
    from_->store.reset();
  }
  CopyReport copy() { return must(copy_store(from_->url, to_->url, silent)); }
  Error refused() {
    const Result<CopyReport> copied = copy_store(from_->url, to_->url, silent);
    EXPECT_FALSE(copied.ok());
    return copied.ok() ? Error{} : copied.error();
  }
};

TEST_P(StoreCopy, every_table_goes_there_and_back) {
  make_source();
  fill(from_->url);
  const auto origin = rows_of(from_->url);
  for (const auto& [table, rows] : origin) EXPECT_EQ(rows.size(), filled_rows) << table;
  const CopyReport there = copy();
  EXPECT_EQ(there.difference_count, 0);
  EXPECT_EQ(there.replaced_count, 0);
  EXPECT_EQ(there.rows, static_cast<int64_t>(filled_rows * (origin.size() - 2)));
  const auto back = place_for(GetParam().from);
  must(copy_store(to_->url, back->url, silent));
  for (const std::string& url : {to_->url, back->url}) {
    const auto copied = rows_of(url);
    for (const auto& [table, rows] : as_copied(origin)) EXPECT_EQ(copied.at(table), rows) << table;
    EXPECT_EQ(copied.at("note").size(), 1u) << "a reader's position leads to everything again";
    for (const auto& [table, number] : numbers_of(url)) {
      const int notes = table != "note" ? 0 : (url == to_->url ? 1 : 2);
      EXPECT_EQ(number, 1000 + notes) << table;
    }
  }
}

TEST_P(StoreCopy, goes_on_where_the_other_ended) {
  from_->reopen();
  const QueueMessage message{.queue = "high.fifo", .body = "b", .group = "g", .deduplication = "d"};
  MessageId sent;
  TicketId newest;
  std::string position;
  from_->write([&](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "Printer is on fire"));
    DW_TRY(newest, open_one(db, "pruned"));
    DW_CHECK(events::record(db, event_with("known")));
    DW_CHECK(deliveries::add(db, pending_in("lane")));
    DW_TRY(sent, queues::send(db, message, t0));
    DW_TRY(const bool is_first, notices::reserve(db, "2026-W47", "ana@x.example", 1));
    EXPECT_TRUE(is_first);
    return key_values::set(db, "sign_in", "token", 0);
  });
  from_->write([&](Db& db) -> Result<void> {
    DW_TRY(const auto claims, lanes::claim(db, {"gone"}, t0, t0 + Millis(3'600'000), 10));
    EXPECT_EQ(claims.size(), 1u);
    DW_TRY(const bool has_lease, leases::hold(db, "l", "gone", t0, t0 + Millis(3'600'000)));
    EXPECT_TRUE(has_lease);
    DW_TRY(position, changes::last(db));
    return {};
  });
  from_->store.reset();
  run_sql(from_->url, fmt::format("DELETE FROM ticket WHERE id = {}", newest.value));
  EXPECT_EQ(copy().difference_count, 0);
  to_->reopen();
  to_->write([&](Db& db) -> Result<void> {
    DW_TRY(const TicketId next, open_one(db, "new"));
    EXPECT_EQ(next.value, newest.value + 1) << "a number is not given out twice";
    DW_TRY(const Recorded again, events::record(db, event_with("known")));
    EXPECT_FALSE(again.is_first);
    DW_TRY(const MessageId same, queues::send(db, message, t0 + Millis(1000)));
    EXPECT_EQ(same.value, sent.value);
    DW_TRY(const bool is_first, notices::reserve(db, "2026-W47", "ana@x.example", 2));
    EXPECT_FALSE(is_first) << "nobody hears twice";
    DW_TRY(const auto claims, lanes::claim(db, {"me"}, t0, t0 + Millis(1000), 10));
    EXPECT_EQ(claims.size(), 1u) << "a lane is held by nobody";
    DW_TRY(const bool has_lease, leases::hold(db, "l", "me", t0, t0 + Millis(1000)));
    EXPECT_TRUE(has_lease);
    return {};
  });
  to_->read([&](ReadDb& db) -> Result<void> {
    DW_TRY(const auto found, tickets::list(db, {.text = "fire", .page = {.limit = 10}}));
    EXPECT_EQ(found.items.size(), 1u);
    DW_TRY(const StoredValue kept, key_values::get(db, "sign_in"));
    EXPECT_EQ(kept.text, "token");
    EXPECT_EQ(kept.version, 1);
    const auto changes = changes::after(db, position, 100);
    // SQLite goes on numbering; else the reader reads everything again.
    if (GetParam().from == "sqlite" && GetParam().to == "sqlite") {
      EXPECT_GE(must(changes).size(), 2u);
    } else {
      EXPECT_FALSE(changes.ok());
    }
    DW_TRY(const auto all, changes::after(db, "", 100));
    EXPECT_GE(all.size(), 2u);
    // The origin's transactions may have had greater numbers than this server's.
    const std::string number = position.substr(position.find('.'));
    const std::string greater = all.back().position.substr(0, all.back().position.find('.'));
    if (GetParam().to == "postgresql") {
      EXPECT_FALSE(changes::after(db, greater + number, 100).ok());
    }
    return {};
  });
}

TEST_P(StoreCopy, a_store_with_rows_is_not_copied_into) {
  make_source();
  to_->store = must(open_store(to_->url, OpenMode::serve, nullptr));
  EXPECT_EQ(refused().kind, ErrorKind::busy);
  to_->store.reset();
  fill(to_->url);
  const auto before = rows_of(to_->url);
  const Error error = refused();
  EXPECT_EQ(error.kind, ErrorKind::conflict);
  EXPECT_NE(error.what.find("not empty"), std::string::npos) << error.what;
  EXPECT_EQ(rows_of(to_->url), before);
}

TEST_P(StoreCopy, one_that_was_only_migrated_is_empty) {
  make_source();
  to_->reopen();
  to_->store.reset();
  EXPECT_EQ(copy().difference_count, 0);
}

TEST_P(StoreCopy, a_store_that_is_not_there_is_not_made) {
  const Error error = refused();
  EXPECT_EQ(error.kind, ErrorKind::missing);
  const bool is_clean = from_->folder.empty() || std::filesystem::is_empty(from_->folder);
  EXPECT_TRUE(is_clean);
}

TEST_P(StoreCopy, onto_itself_is_wrong_usage) {
  make_source();
  const auto copied = copy_store(from_->url, from_->url, silent);
  EXPECT_EQ(copied.error().kind, ErrorKind::invalid);
}

TEST_P(StoreCopy, is_locked_while_it_runs) {
  make_source();
  fill(from_->url);
  int looks = 0;
  const auto look = [&](const CopyStep&) {
    if (++looks > 1) return;
    const auto source = open_store(from_->url, OpenMode::serve, nullptr);
    EXPECT_EQ(source.error().kind, ErrorKind::busy);
    EXPECT_FALSE(open_store(to_->url, OpenMode::serve, nullptr).ok());
    EXPECT_FALSE(open_store(to_->url, OpenMode::visit, nullptr).ok());
    const auto other = place_for("sqlite");
    EXPECT_EQ(copy_store(from_->url, other->url, silent).error().kind, ErrorKind::busy);
  };
  must(copy_store(from_->url, to_->url, look));
  EXPECT_GT(looks, 1);
}

TEST_P(StoreCopy, a_difference_is_named_and_the_copy_cannot_be_opened) {
  make_source();
  fill(from_->url);
  bool is_changed = false;
  const auto change = [&](const CopyStep& step) {
    if (step.phase != "check" || std::exchange(is_changed, true)) return;
    run_sql(to_->url, "UPDATE ticket SET title = 'x', queue = 'y' WHERE id = 30");
    run_sql(to_->url, "DELETE FROM token WHERE id = 10");
    run_sql(to_->url, "INSERT INTO tally_rule (channel, rule) VALUES ('z', 'z')");
  };
  const CopyReport report = must(copy_store(from_->url, to_->url, change));
  const std::vector<std::string> named = {"tally_rule channel=z: only in the target",
                                          "ticket id=30: differs in title, queue",
                                          "token id=10: missing in the target"};
  EXPECT_EQ(report.differences, named);
  EXPECT_EQ(report.difference_count, 3);
  const auto opened = open_store(to_->url, OpenMode::visit, nullptr);
  EXPECT_EQ(opened.error().kind, ErrorKind::conflict);
  EXPECT_EQ(copy().difference_count, 0);
  EXPECT_TRUE(open_store(to_->url, OpenMode::visit, nullptr).ok());
}

struct Interrupted {};

TEST_P(StoreCopy, one_that_was_interrupted_cannot_be_opened_and_begins_again) {
  make_source();
  fill(from_->url);
  int steps = 0;
  const auto count = [&](const CopyStep&) { ++steps; };
  const auto elsewhere = place_for(GetParam().to);
  must(copy_store(from_->url, elsewhere->url, count));
  EXPECT_GT(steps, 40);
  for (int stop_at = 1; stop_at <= steps; stop_at += steps / 9) {
    int step = 0;
    const auto interrupt = [&](const CopyStep&) {
      if (++step == stop_at) throw Interrupted{};
    };
    EXPECT_THROW((void)copy_store(from_->url, to_->url, interrupt), Interrupted);
    const auto opened = open_store(to_->url, OpenMode::serve, nullptr);
    ASSERT_FALSE(opened.ok());
    EXPECT_NE(opened.error().what.find("interrupted"), std::string::npos);
    const auto other = place_for("sqlite");
    EXPECT_EQ(copy_store(to_->url, other->url, silent).error().kind, ErrorKind::conflict);
  }
  EXPECT_EQ(copy().difference_count, 0);
  const auto copied = rows_of(to_->url);
  for (const auto& [table, rows] : as_copied(rows_of(from_->url))) {
    EXPECT_EQ(copied.at(table), rows) << table;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreCopy,
                         testing::Values(Pair{"sqlite", "postgresql"}, Pair{"postgresql", "sqlite"},
                                         Pair{"sqlite", "sqlite"},
                                         Pair{"postgresql", "postgresql"}),
                         [](const auto& one) { return one.param.from + "_to_" + one.param.to; });

/// A table, or a column, that only one engine has could not be copied to the other.
TEST(StoreCatalogue, both_engines_have_the_same_tables) {
  const auto place = place_for("postgresql");
  place->reopen();
  const auto postgres = tables_of(place->url);
  const std::vector<Table> known = must(schema_catalogue());
  std::vector<std::string> names;
  for (const Table& table : known) {
    names.push_back(table.name);
    const Table there = must(postgres->table(table.name));
    std::map<std::string, std::pair<ColumnKind, bool>> ours, theirs;
    for (const Column& one : table.columns) ours[one.name] = {one.kind, one.is_nullable};
    for (const Column& one : there.columns) theirs[one.name] = {one.kind, one.is_nullable};
    EXPECT_EQ(ours, theirs) << table.name;
    std::vector<std::string> key, key_there;
    for (const size_t place_in_key : table.key) key.push_back(table.columns[place_in_key].name);
    for (const size_t place_in_key : there.key) {
      key_there.push_back(there.columns[place_in_key].name);
    }
    EXPECT_EQ(key, key_there) << table.name;
    EXPECT_EQ(table.identity, there.identity) << table.name;
  }
  std::sort(names.begin(), names.end());
  // What an engine needs for itself.
  const std::vector<std::string> of_postgresql = {"note_commit"};
  std::vector<std::string> there = must(postgres->names());
  std::erase_if(there, [&](const std::string& name) {
    return std::find(of_postgresql.begin(), of_postgresql.end(), name) != of_postgresql.end();
  });
  EXPECT_EQ(names, there);
  EXPECT_GT(names.size(), 25u);
}

TEST(StoreCatalogue, what_postgresql_cannot_store_is_replaced_and_named) {
  const auto from = place_for("sqlite"), to = place_for("postgresql"), back = place_for("sqlite");
  from->reopen();
  from->write([](Db& db) -> Result<void> {
    DW_CHECK(open_one(db, "whole"));
    DW_CHECK(open_one(db, "to be broken"));
    return {};
  });
  from->store.reset();
  run_sql(from->url, "UPDATE ticket SET title = CAST(x'4100C3C3A9F09F' AS TEXT) WHERE id = 2");
  const CopyReport report = must(copy_store(from->url, to->url, silent));
  EXPECT_EQ(report.difference_count, 0);
  EXPECT_EQ(report.replaced_count, 1);
  EXPECT_EQ(report.replaced, std::vector<std::string>{"ticket id=2: title"});
  EXPECT_EQ(ask_postgres(to->url, "SELECT title FROM ticket WHERE id = 2"), "A��é��");
  must(copy_store(from->url, back->url, silent));
  EXPECT_EQ(rows_of(back->url).at("ticket"), rows_of(from->url).at("ticket"));
}

TEST(StoreCatalogue, what_others_have_in_the_database_is_left_alone) {
  const auto from = place_for("sqlite"), to = place_for("postgresql");
  from->reopen();
  from->store.reset();
  run_sql(to->url, "CREATE TABLE theirs (x int); INSERT INTO theirs VALUES (1)");
  EXPECT_TRUE(copy_store(from->url, to->url, silent).ok());
  EXPECT_EQ(ask_postgres(to->url, "SELECT count(*) FROM theirs"), "1");

  const auto other = place_for("postgresql");
  run_sql(other->url, "CREATE TABLE ticket (x int); INSERT INTO ticket VALUES (1)");
  const auto refused = copy_store(from->url, other->url, silent);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_EQ(ask_postgres(other->url, "SELECT count(*) FROM ticket"), "1");
}

TEST(StoreCatalogue, two_stores_in_one_database_are_copied_into_one_another) {
  const auto first = place_for("postgresql");
  run_sql(first->url, "CREATE SCHEMA a; CREATE SCHEMA b");
  const std::string a = first->url + "&options=-csearch_path%3Da";
  const std::string b = first->url + "&options=-csearch_path%3Db";
  first->url = a;
  first->reopen();
  first->store.reset();
  fill(a);
  EXPECT_EQ(must(copy_store(a, b, silent)).difference_count, 0);
  EXPECT_EQ(rows_of(b).at("ticket"), rows_of(a).at("ticket"));
}

TEST(StoreCatalogue, a_source_that_was_written_to_meanwhile_is_refused) {
  const auto from = place_for("postgresql"), to = place_for("sqlite");
  from->reopen();
  from->store.reset();
  bool is_written = false;
  const auto write = [&](const CopyStep&) {
    if (std::exchange(is_written, true)) return;
    // As a Deskwire would that knows nothing of the lock.
    ask_postgres(from->url, "INSERT INTO note (topic, subject) VALUES ('ticket', 1)");
  };
  const auto copied = copy_store(from->url, to->url, write);
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().kind, ErrorKind::conflict);
  EXPECT_FALSE(open_store(to->url, OpenMode::visit, nullptr).ok());
}

TEST(StoreCatalogue, a_url_that_names_no_store_is_wrong_usage) {
  const auto from = place_for("sqlite");
  from->reopen();
  from->store.reset();
  for (const std::string to : {"sqlite::memory:", "sqlite:", "mysql://x", ""}) {
    EXPECT_EQ(copy_store(from->url, to, silent).error().kind, ErrorKind::invalid) << to;
  }
  const auto nowhere = copy_store(from->url, "postgresql://127.0.0.1:1/x", silent);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::unreachable);
}

}  // namespace
}  // namespace dw
