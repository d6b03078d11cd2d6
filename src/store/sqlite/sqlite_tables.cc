#include "store/sqlite/sqlite_tables.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "base/text.h"
#include "sql/copy.h"
#include "store/sqlite/remedy.h"

namespace dw {
namespace {

constexpr int busy_milliseconds = 5000;

constexpr const char* settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 67108864; PRAGMA mmap_size = 0;";

Cell cell_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return int64_t{sqlite3_column_int64(statement, column)};
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
      return bytes == nullptr ? std::string() : std::string(bytes, size);
    }
  }
}

void read_row(sqlite3_stmt* statement, Cells& row) {
  row.resize(static_cast<size_t>(sqlite3_column_count(statement)));
  for (size_t i = 0; i < row.size(); ++i) row[i] = cell_of(statement, static_cast<int>(i));
}

int64_t number_in(const Cell& cell) {
  const auto* number = std::get_if<int64_t>(&cell);
  return number == nullptr ? 0 : *number;
}

std::string text_in(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? "" : *text;
}

std::optional<ColumnKind> kind_of(const std::string& declared) {
  const std::string type = to_lower(declared);
  if (type == "integer" || type == "bigint" || type == "int") return ColumnKind::integer;
  if (type == "boolean" || type == "bool") return ColumnKind::boolean;
  if (type == "text") return ColumnKind::text;
  if (type == "blob") return ColumnKind::blob;
  return std::nullopt;
}

void bind(sqlite3_stmt* statement, int place, const Cell& cell, ColumnKind kind) {
  if (const auto* number = std::get_if<int64_t>(&cell)) {
    sqlite3_bind_int64(statement, place, *number);
  } else if (const auto* bytes = std::get_if<std::string>(&cell)) {
    if (kind == ColumnKind::blob) {
      sqlite3_bind_blob64(statement, place, bytes->data(), bytes->size(), SQLITE_STATIC);
    } else {
      sqlite3_bind_text64(statement, place, bytes->data(), bytes->size(), SQLITE_STATIC,
                          SQLITE_UTF8);
    }
  } else {
    sqlite3_bind_null(statement, place);
  }
}

}  // namespace

class SqliteTables::Cursor : public RowCursor {
 public:
  Cursor(SqliteTables& tables, sqlite3_stmt* statement) : tables_(tables), statement_(statement) {}
  ~Cursor() override { sqlite3_finalize(statement_); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  Result<bool> next(Cells& row) override {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_DONE) return false;
    if (code != SQLITE_ROW) return tables_.error("read");
    read_row(statement_, row);
    return true;
  }

 private:
  SqliteTables& tables_;
  sqlite3_stmt* statement_;
};

Result<std::unique_ptr<SqliteTables>> SqliteTables::open(const std::string& file) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  std::unique_ptr<SqliteTables> tables(new SqliteTables(raw));
  if (code != SQLITE_OK) {
    return Error{
        ErrorKind::full, "store",
        with_remedy(fmt::format("{} can't be opened: {}", file, sqlite3_errstr(code)), code, file)};
  }
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_milliseconds);
  DW_CHECK(tables->run_script(settings));
  return tables;
}

SqliteTables::~SqliteTables() {
  sqlite3_finalize(insert_);
  sqlite3_close(db_);
}

Error SqliteTables::error(const std::string& where) const {
  const int primary = sqlite3_errcode(db_) & 0xFF;
  const std::string what = fmt::format("SQLite: {} ({})", sqlite3_errmsg(db_), where);
  if (primary == SQLITE_BUSY) {
    return {ErrorKind::busy, "store", what + "; another process writes to this file, try later"};
  }
  const bool is_full = primary == SQLITE_FULL || primary == SQLITE_IOERR;
  return {is_full ? ErrorKind::full : ErrorKind::conflict, "store",
          with_remedy(what, primary, sqlite3_db_filename(db_, "main"))};
}

Result<void> SqliteTables::run_script(const std::string& text) {
  if (sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return error("script");
  }
  return {};
}

Result<sqlite3_stmt*> SqliteTables::prepare(const std::string& text) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, text.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    return error(text);
  }
  return statement;
}

Result<std::vector<Cells>> SqliteTables::rows(const std::string& text,
                                              const std::string& parameter) {
  DW_TRY(sqlite3_stmt * statement, prepare(text));
  Cursor cursor(*this, statement);
  if (sqlite3_bind_parameter_count(statement) > 0) {
    sqlite3_bind_text64(statement, 1, parameter.data(), parameter.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }
  std::vector<Cells> out;
  for (Cells row;;) {
    DW_TRY(const bool has_row, cursor.next(row));
    if (!has_row) return out;
    out.push_back(row);
  }
}

Result<std::vector<std::string>> SqliteTables::names() {
  DW_TRY(const std::vector<Cells> found,
         rows(stmt::catalogue_tables.sqlite, std::string(version_table)));
  std::vector<std::string> names;
  for (const Cells& row : found) names.push_back(text_in(row[0]));
  return names;
}

Result<Table> SqliteTables::table(const std::string& name) {
  Table table{.name = name};
  DW_TRY(const std::vector<Cells> columns, rows(stmt::catalogue_columns.sqlite, name));
  std::vector<std::pair<int64_t, size_t>> key;
  for (const Cells& row : columns) {
    const std::optional<ColumnKind> kind = kind_of(text_in(row[1]));
    if (!kind) {
      return Error{ErrorKind::conflict, "store",
                   fmt::format("column {}.{} has type {}, which cannot be copied", name,
                               text_in(row[0]), text_in(row[1]))};
    }
    if (number_in(row[2]) > 0) key.emplace_back(number_in(row[2]), table.columns.size());
    const bool is_nullable = number_in(row[2]) == 0 && number_in(row[3]) == 0;
    table.columns.push_back({text_in(row[0]), *kind, is_nullable});
  }
  if (columns.empty()) return Error{ErrorKind::missing, "store", "there is no table " + name};
  if (key.empty()) {
    return Error{ErrorKind::conflict, "store", fmt::format("table {} has no primary key", name)};
  }
  std::sort(key.begin(), key.end());
  for (const auto& [place, column] : key) table.key.push_back(column);
  DW_TRY(const std::vector<Cells> made, rows(stmt::catalogue_definition.sqlite, name));
  const bool is_numbered =
      !made.empty() && to_lower(text_in(made[0][0])).find("autoincrement") != std::string::npos;
  if (is_numbered) table.identity = table.columns[table.key[0]].name;
  DW_TRY(const std::vector<Cells> others, rows(stmt::catalogue_references.sqlite, name));
  for (const Cells& row : others) table.references.push_back(text_in(row[0]));
  return table;
}

Result<int64_t> SqliteTables::count(const Table& table) {
  DW_TRY(const std::vector<Cells> found, rows("SELECT count(*) FROM " + quoted_name(table.name)));
  return number_in(found[0][0]);
}

Result<void> SqliteTables::freeze() {
  return run_script("BEGIN IMMEDIATE");
}

Result<std::unique_ptr<RowCursor>> SqliteTables::read(const Table& table) {
  std::vector<std::string> key;
  for (const size_t place : table.key) {
    key.push_back(quoted_name(table.columns[place].name) + " COLLATE BINARY");
  }
  DW_TRY(sqlite3_stmt * statement,
         prepare(fmt::format("SELECT {} FROM {} ORDER BY {}", quoted_columns(table),
                             quoted_name(table.name), join(key, ", "))));
  return std::unique_ptr<RowCursor>(std::make_unique<Cursor>(*this, statement));
}

Result<void> SqliteTables::clear(const std::vector<Table>& tables) {
  std::string script = "BEGIN IMMEDIATE;";
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    script += fmt::format("DELETE FROM {};", quoted_name(table->name));
  }
  return run_script(script + "COMMIT");
}

Result<void> SqliteTables::begin(const Table& table) {
  DW_CHECK(run_script("BEGIN IMMEDIATE"));
  if (appended_to_ == table.name) return {};
  sqlite3_finalize(insert_);
  insert_ = nullptr;
  appended_to_.clear();
  std::vector<std::string> places;
  for (size_t i = 1; i <= table.columns.size(); ++i) places.push_back(fmt::format("${}", i));
  DW_TRY(insert_, prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})", quoted_name(table.name),
                                      quoted_columns(table), join(places, ", "))));
  kinds_.clear();
  for (const Column& column : table.columns) kinds_.push_back(column.kind);
  appended_to_ = table.name;
  return {};
}

Result<void> SqliteTables::append(const Cells& row) {
  for (size_t i = 0; i < row.size(); ++i) {
    bind(insert_, static_cast<int>(i) + 1, row[i], kinds_[i]);
  }
  const int code = sqlite3_step(insert_);
  Result<void> done = code == SQLITE_DONE ? Result<void>{} : Result<void>(error(appended_to_));
  sqlite3_reset(insert_);
  return done;
}

Result<void> SqliteTables::commit() {
  return run_script("COMMIT");
}

Result<int64_t> SqliteTables::last_number(const Table& table) {
  DW_TRY(const std::vector<Cells> found,
         rows(fmt::format("SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = $1), "
                          "0), coalesce((SELECT max({}) FROM {}), 0))",
                          quoted_name(table.identity), quoted_name(table.name)),
              table.name));
  return number_in(found[0][0]);
}

Result<void> SqliteTables::set_last_number(const Table& table, int64_t number) {
  DW_CHECK(rows(stmt::forget_number.sqlite, table.name));
  DW_CHECK(rows(fmt::format("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, {})", number),
                table.name));
  return {};
}

}  // namespace dw
