#include "store/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "records/tickets.h"
#include "sql/changes.h"
#include "sql/copy.h"
#include "sql/engine.h"
#include "store/copy/compare.h"
#include "store/copy/rules.h"
#include "store/migrate.h"
#include "store/postgres/postgres_db.h"
#include "store/postgres/postgres_tables.h"
#include "store/postgres/store_lock.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/sqlite_db.h"
#include "store/sqlite/sqlite_tables.h"
#include "store/work_db.h"

namespace dw {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr const char* where = "store copy";

/// A piece that is committed: large enough for one sync to the disk, small enough for memory.
constexpr int64_t piece_rows_max = 5000;
constexpr size_t piece_bytes_max = 4 << 20;
constexpr int64_t progress_rows = 1000;
constexpr size_t named_max = 20;
constexpr size_t indexed_at_once = 1000;

/// One store, locked.
struct End {
  std::unique_ptr<FileLock> file_lock;  // let go of last
  std::unique_ptr<Connection> db;       // for single statements
  std::unique_ptr<StoreLock> lock;      // by that connection
  std::unique_ptr<Tables> tables;
};

bool is_sqlite_url(const std::string& url) {
  return url.starts_with(sqlite_scheme);
}

Result<void> check_url(const std::string& url, const std::string& name) {
  const bool is_postgres = url.starts_with("postgresql://") || url.starts_with("postgres://");
  if (!is_sqlite_url(url) && !is_postgres) {
    return Error{ErrorKind::invalid, name,
                 "must start with sqlite: or postgresql:// (\"sqlite:deskwire.db\")"};
  }
  if (url == "sqlite::memory:" || url == sqlite_scheme) {
    return Error{ErrorKind::invalid, name, "names no file"};
  }
  return {};
}

bool is_same_store(const std::string& from, const std::string& to) {
  if (!is_sqlite_url(from) || !is_sqlite_url(to)) return from == to;
  std::error_code ignored;
  const auto place = [&](const std::string& url) {
    return std::filesystem::weakly_canonical(url.substr(sqlite_scheme.size()), ignored);
  };
  return place(from) == place(to);
}

Result<End> open_file(const std::string& file) {
  End end;
  DW_TRY(end.file_lock, FileLock::take(file + ".lock"));
  DW_TRY(end.db, SqliteDb::open(file));
  DW_TRY(end.tables, SqliteTables::open(file));
  return end;
}

Result<End> open_database(const std::string& url) {
  End end;
  DW_TRY(end.db, PostgresDb::open(url));
  DW_TRY(end.lock, StoreLock::take(*end.db));
  DW_TRY(end.tables, PostgresTables::open(url));
  return end;
}

Result<End> open_end(const std::string& url) {
  return is_sqlite_url(url) ? open_file(url.substr(sqlite_scheme.size())) : open_database(url);
}

Result<End> open_source(const std::string& url) {
  const Error missing{ErrorKind::missing, where,
                      "store.url names no store yet, so there is nothing to copy"};
  if (is_sqlite_url(url) && !std::filesystem::exists(url.substr(sqlite_scheme.size()))) {
    return missing;
  }
  DW_TRY(End end, open_end(url));
  DW_TRY(const int64_t reached, schema_of(*end.db));
  if (reached == 0) return missing;
  DW_CHECK(migrate(*end.db, system_now()));
  DW_CHECK(end.tables->freeze());
  return end;
}

/// The same columns in the same order, with the types that they have on this side.
Result<Table> table_of_side(Tables& side, const Table& table) {
  DW_TRY(const Table own, side.table(table.name));
  Table out = table;
  for (Column& column : out.columns) {
    const auto found = std::find_if(own.columns.begin(), own.columns.end(),
                                    [&](const Column& one) { return one.name == column.name; });
    if (found == own.columns.end()) {
      return Error{ErrorKind::conflict, where,
                   fmt::format("{} has no column {}", table.name, column.name)};
    }
    column.kind = found->kind;
  }
  return out;
}

bool has_name(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Copy {
 public:
  Copy(End from, End to, std::vector<Table> catalogue, const CopyProgress& progress)
      : from_(std::move(from)),
        to_(std::move(to)),
        catalogue_(std::move(catalogue)),
        progress_(progress) {}

  Result<CopyReport> run() {
    DW_CHECK(prepare_target());
    DW_CHECK(pair_tables());
    DW_TRY(const std::vector<int64_t> numbers, last_numbers(from_));
    DW_CHECK(copy_rows());
    DW_CHECK(set_numbers(numbers));
    DW_CHECK(index_words());
    DW_CHECK(to_.tables->analyze(targets_));
    DW_CHECK(check_rows());
    DW_CHECK(check_numbers(numbers));
    if (report_.difference_count == 0) DW_CHECK(complete());
    return std::move(report_);
  }

 private:
  /// Leaves the target marked and without rows, whatever an earlier copy left in it.
  Result<void> prepare_target() {
    DW_TRY(const std::vector<std::string> names, to_.tables->names());
    bool has_schema = false;
    DW_CHECK(to_.db->run(stmt::schema_tables, {},
                         [&](const Row& row) { has_schema = row.integer(0) > 0; }));
    bool is_marked = false;
    if (has_schema) {
      DW_CHECK(to_.db->run(stmt::schema_below, {schema_of_unfinished_copy},
                           [&](const Row& row) { is_marked = row.integer(1) > 0; }));
    }
    for (const Table& table : catalogue_) {
      if (!has_name(names, table.name)) continue;
      if (!has_schema) {
        return Error{ErrorKind::conflict, where,
                     fmt::format("the target has a table {} of another program. Give --to a "
                                 "database, a schema or a file of its own",
                                 table.name)};
      }
      if (!is_marked) DW_CHECK(check_empty(table));
    }
    if (is_marked) DW_CHECK(clear_interrupted(names));
    DW_CHECK(migrate(*to_.db, system_now()));
    DW_CHECK(to_.db->run(stmt::schema_reached, {schema_of_unfinished_copy, system_now()}));
    return {};
  }

  Result<void> check_empty(const Table& table) {
    DW_TRY(const int64_t rows, to_.tables->count(table));
    if (rows <= table.rows_at_first) return {};
    return Error{ErrorKind::conflict, where,
                 fmt::format("the target is not empty: {} has {} rows. Give --to an empty "
                             "database, or a file that does not exist yet",
                             table.name, rows)};
  }

  /// In this order: between its steps the target is either marked or empty.
  Result<void> clear_interrupted(const std::vector<std::string>& names) {
    std::vector<Table> there;
    for (const Table& table : catalogue_) {
      if (has_name(names, table.name) && is_copied(table.name)) there.push_back(table);
    }
    DW_CHECK(to_.tables->clear(there));
    DW_CHECK(to_.db->run(stmt::forget_ticket_words));
    DW_CHECK(to_.db->run(stmt::unmark_copy, {schema_of_unfinished_copy}));
    return {};
  }

  Result<void> pair_tables() {
    for (const Table& table : catalogue_) {
      if (!table.identity.empty()) numbered_.push_back(table);
      if (!is_copied(table.name)) continue;
      DW_TRY(Table source, table_of_side(*from_.tables, table));
      DW_TRY(Table target, table_of_side(*to_.tables, table));
      DW_TRY(const int64_t rows, from_.tables->count(source));
      sources_.push_back(std::move(source));
      targets_.push_back(std::move(target));
      total_ += rows;
    }
    DW_CHECK(from_.db->run(stmt::schema_below, {schema_of_unfinished_copy},
                           [&](const Row& row) { report_.schema = row.integer(0); }));
    // What migrations insert comes from the source as well.
    return to_.tables->clear(targets_);
  }

  Result<std::vector<int64_t>> last_numbers(End& end) {
    std::vector<int64_t> numbers;
    for (const Table& table : numbered_) {
      DW_TRY(const int64_t number, end.tables->last_number(table));
      numbers.push_back(number);
    }
    return numbers;
  }

  void advance(std::string_view phase, const Table& table, bool is_end) {
    if (!is_end) ++done_;
    if (is_end || done_ % progress_rows == 0) progress_({phase, table.name, done_, total_});
  }

  Result<void> copy_rows() {
    done_ = 0;
    for (size_t i = 0; i < sources_.size(); ++i) {
      CopiedTable copied{.name = sources_[i].name};
      DW_CHECK(copy_table(sources_[i], targets_[i], copied));
      report_.rows += copied.rows;
      advance("copy", sources_[i], true);
      report_.tables.push_back(std::move(copied));
    }
    return {};
  }

  Result<void> copy_table(const Table& source, const Table& target, CopiedTable& copied) {
    DW_TRY(const std::unique_ptr<RowCursor> cursor, from_.tables->read(source));
    Cells row;
    int64_t rows = 0;
    size_t bytes = 0;
    for (;;) {
      DW_TRY(const bool has_row, next(source, *cursor, row, true));
      const bool is_piece_full = rows == piece_rows_max || bytes > piece_bytes_max;
      if (rows > 0 && (!has_row || is_piece_full)) {
        DW_CHECK(to_.tables->commit());
        rows = 0;
        bytes = 0;
      }
      if (!has_row) return {};
      if (rows == 0) DW_CHECK(to_.tables->begin(target));
      DW_CHECK(to_.tables->append(row));
      ++rows;
      ++copied.rows;
      for (const Cell& cell : row) {
        if (const auto* text = std::get_if<std::string>(&cell)) bytes += text->size();
      }
      advance("copy", source, false);
    }
  }

  /// The next row of the source as it is to be in the target.
  Result<bool> next(const Table& table, RowCursor& cursor, Cells& row, bool is_first_time) {
    do {
      DW_TRY(const bool has_row, cursor.next(row));
      if (!has_row) return false;
    } while (!prepare_row(table, row));
    if (!to_.tables->is_strict_about_text()) return true;
    const std::string_view column = make_strict_text(table, row);
    if (column.empty() || !is_first_time) return true;
    ++report_.replaced_count;
    if (report_.replaced.size() < named_max) {
      report_.replaced.push_back(fmt::format("{}: {}", name_of_row(table, row), column));
    }
    return true;
  }

  Result<void> set_numbers(const std::vector<int64_t>& numbers) {
    for (size_t i = 0; i < numbers.size(); ++i) {
      DW_CHECK(to_.tables->set_last_number(numbered_[i], numbers[i]));
    }
    return {};
  }

  Result<void> index_words() {
    DW_CHECK(to_.db->run(stmt::forget_ticket_words));
    WorkDb db(*to_.db, Purpose::writing);
    for (;;) {
      DW_TRY(const int64_t indexed, tickets::index_words(db, indexed_at_once));
      if (indexed == 0) return {};
    }
  }

  Result<void> check_rows() {
    done_ = 0;
    for (size_t i = 0; i < sources_.size(); ++i) {
      const Table& table = sources_[i];
      DW_TRY(const std::unique_ptr<RowCursor> source, from_.tables->read(table));
      DW_TRY(const std::unique_ptr<RowCursor> target, to_.tables->read(targets_[i]));
      const NextRow next_row = [&](Cells& row) -> Result<bool> {
        DW_TRY(const bool has_row, next(table, *source, row, false));
        if (has_row) advance("check", table, false);
        return has_row;
      };
      DW_CHECK(compare_table(table, next_row, *target, report_));
      advance("check", table, true);
    }
    return {};
  }

  Result<void> check_numbers(const std::vector<int64_t>& copied) {
    DW_TRY(const std::vector<int64_t> theirs, last_numbers(to_));
    DW_TRY(const std::vector<int64_t> now, last_numbers(from_));
    for (size_t i = 0; i < copied.size(); ++i) {
      const Table& table = numbered_[i];
      if (theirs[i] != copied[i]) {
        add_difference(report_, fmt::format("{}: the last {} is {} and should be {}", table.name,
                                            table.identity, theirs[i], copied[i]));
      }
      // Another program, or a Deskwire that knows no lock, wrote all the same.
      if (now[i] != copied[i]) {
        return Error{ErrorKind::conflict, where,
                     fmt::format("the source was written to meanwhile (a new row of {}). Stop "
                                 "whatever uses it, then run this again",
                                 table.name)};
      }
    }
    return {};
  }

  /// One commit makes the copy a store. Its first change note has a number that no reader of the
  /// source has seen, so that each of them is told to read everything again.
  Result<void> complete() {
    DW_CHECK(to_.db->run(stmt::begin));
    DW_CHECK(to_.db->run(stmt::add_note, {"delivery", int64_t{0}}));
    DW_CHECK(to_.db->run(stmt::mark_notes_pruned));
    DW_CHECK(to_.db->run(stmt::unmark_copy, {schema_of_unfinished_copy}));
    const Result<int64_t> committed = to_.db->run(stmt::commit);
    if (committed.ok()) return {};
    return Error{committed.error().kind, where,
                 committed.error().what + ". Whether the copy is complete is unknown: run this " +
                     "again. If it says that the target is not empty, it was complete"};
  }

  End from_, to_;
  std::vector<Table> catalogue_;
  const CopyProgress& progress_;
  std::vector<Table> sources_{}, targets_{}, numbered_{};
  CopyReport report_{};
  int64_t done_ = 0, total_ = 0;
};

}  // namespace

Result<CopyReport> copy_store(const std::string& from, const std::string& to,
                              const CopyProgress& progress) {
  DW_CHECK(check_url(from, "store.url"));
  DW_CHECK(check_url(to, "--to"));
  if (is_same_store(from, to)) {
    return Error{ErrorKind::invalid, "--to", "is the store that store.url names"};
  }
  DW_TRY(std::vector<Table> catalogue, schema_catalogue());
  DW_TRY(End source, open_source(from));
  DW_TRY(End target, open_end(to));
  return Copy(std::move(source), std::move(target), std::move(catalogue), progress).run();
}

}  // namespace dw
