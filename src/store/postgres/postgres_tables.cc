#include "store/postgres/postgres_tables.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>

#include "base/number.h"
#include "base/text.h"
#include "base/unique_handle.h"
#include "sql/copy.h"
#include "store/postgres/postgres_db.h"

namespace dw {
namespace {

using Answer = UniqueHandle<PGresult, PQclear>;

/// A table of millions of rows takes longer than any request may.
constexpr const char* session =
    "SET synchronous_commit = on; SET statement_timeout = 0; SET lock_timeout = '10s';"
    "SET idle_in_transaction_session_timeout = 0; SET client_min_messages = warning;"
    "SET TIME ZONE 'UTC'";

int64_t number_of(std::string_view digits) {
  return number_in(digits).value_or(0);
}

std::optional<ColumnKind> kind_of(std::string_view type) {
  if (type == "bigint" || type == "integer") return ColumnKind::integer;
  if (type == "boolean") return ColumnKind::boolean;
  if (type == "text") return ColumnKind::text;
  if (type == "bytea") return ColumnKind::blob;
  return std::nullopt;
}

/// bytea as PostgreSQL writes it: "\x6162".
std::string bytes_of_hex(std::string_view hex) {
  std::string out;
  for (size_t i = 2; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(number_in<unsigned>(hex.substr(i, 2), 16).value_or(0));
  }
  return out;
}

Cell cell_of(const PGresult* result, int column, ColumnKind kind) {
  if (PQgetisnull(result, 0, column) == 1) return {};
  const std::string_view text = {PQgetvalue(result, 0, column),
                                 static_cast<size_t>(PQgetlength(result, 0, column))};
  switch (kind) {
    case ColumnKind::integer:
      return number_of(text);
    case ColumnKind::boolean:
      return int64_t{text == "t"};
    case ColumnKind::blob:
      return bytes_of_hex(text);
    case ColumnKind::text:
      break;
  }
  return std::string(text);
}

/// Text as a line of COPY takes it.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
}

void append_cell(std::string& line, const Cell& cell, ColumnKind kind) {
  if (const auto* number = std::get_if<int64_t>(&cell)) {
    line += std::to_string(*number);
  } else if (const auto* bytes = std::get_if<std::string>(&cell)) {
    if (kind != ColumnKind::blob) return append_escaped(line, *bytes);
    line += "\\\\x";
    for (const char c : *bytes) line += fmt::format("{:02x}", static_cast<unsigned char>(c));
  } else {
    line += "\\N";
  }
}

}  // namespace

class PostgresTables::Cursor : public RowCursor {
 public:
  Cursor(PostgresTables& tables, std::vector<ColumnKind> kinds)
      : tables_(tables), kinds_(std::move(kinds)) {}
  ~Cursor() override {
    if (is_over_) return;
    // Given up in the middle: the server is asked to stop, and what is on its way is dropped.
    const UniqueHandle<PGcancel, PQfreeCancel> cancel(PQgetCancel(tables_.connection_));
    char reason[256];
    PQcancel(cancel.get(), reason, sizeof reason);
    while (const Answer rest{PQgetResult(tables_.connection_)}) continue;
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  Result<bool> next(Cells& row) override {
    if (is_over_) return false;
    const Answer result(PQgetResult(tables_.connection_));
    if (PQresultStatus(result.get()) == PGRES_SINGLE_TUPLE) {
      row.resize(kinds_.size());
      for (size_t i = 0; i < row.size(); ++i) {
        row[i] = cell_of(result.get(), static_cast<int>(i), kinds_[i]);
      }
      return true;
    }
    is_over_ = true;
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return tables_.error(result.get());
    while (const Answer rest{PQgetResult(tables_.connection_)}) continue;
    return false;
  }

 private:
  PostgresTables& tables_;
  std::vector<ColumnKind> kinds_;
  bool is_over_ = false;
};

Result<std::unique_ptr<PostgresTables>> PostgresTables::open(const std::string& url) {
  const Interrupt never;
  Connected connected = connect_postgres(url, {}, never);
  PQsetnonblocking(connected.connection.get(), 0);
  pg_conn* connection = connected.connection.release();
  std::unique_ptr<PostgresTables> tables(new PostgresTables(connection));
  if (PQstatus(connection) != CONNECTION_OK) return tables->error(nullptr);
  const Answer set(PQexec(connection, session));
  if (PQresultStatus(set.get()) != PGRES_COMMAND_OK) return tables->error(set.get());
  return tables;
}

PostgresTables::~PostgresTables() {
  PQfinish(connection_);
}

Error PostgresTables::error(const PGresult* result) const {
  if (result == nullptr || PQstatus(connection_) != CONNECTION_OK) {
    return {ErrorKind::unreachable, "store",
            fmt::format("PostgreSQL: {}", trim(PQerrorMessage(connection_)))};
  }
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char* table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
  const std::string_view code = state == nullptr ? "" : state;
  // The message alone: details repeat values.
  const std::string what =
      fmt::format("PostgreSQL: {}{}{}", message == nullptr ? "no reason given" : message,
                  table == nullptr ? "" : ", table ", table == nullptr ? "" : table);
  return {code.starts_with("53") ? ErrorKind::full : ErrorKind::conflict, "store", what};
}

Result<std::vector<std::vector<std::string>>> PostgresTables::rows(const std::string& text,
                                                                   const std::string& parameter) {
  const char* value = parameter.c_str();
  const bool has_parameter = text.find("$1") != std::string::npos;
  const Answer result(PQexecParams(connection_, text.c_str(), has_parameter ? 1 : 0, nullptr,
                                   &value, nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return error(result.get());
  std::vector<std::vector<std::string>> out;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    out.emplace_back();
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      out.back().emplace_back(PQgetvalue(result.get(), row, column));
    }
  }
  return out;
}

Result<int64_t> PostgresTables::number(const std::string& text, const std::string& parameter) {
  DW_TRY(const auto found, rows(text, parameter));
  return found.empty() ? 0 : number_of(found[0][0]);
}

Result<std::vector<std::string>> PostgresTables::names() {
  DW_TRY(const auto found, rows(stmt::catalogue_tables.postgres, std::string(version_table)));
  std::vector<std::string> names;
  for (const auto& row : found) names.push_back(row[0]);
  return names;
}

Result<Table> PostgresTables::table(const std::string& name) {
  Table table{.name = name};
  DW_TRY(const auto columns, rows(stmt::catalogue_columns.postgres, quoted_name(name)));
  std::vector<std::pair<int64_t, size_t>> key;
  for (const auto& row : columns) {
    const std::optional<ColumnKind> kind = kind_of(row[1]);
    if (!kind && row[1] != "xid8") {  // of the engine itself: no other can have it
      return Error{
          ErrorKind::conflict, "store",
          fmt::format("column {}.{} has type {}, which cannot be copied", name, row[0], row[1])};
    }
    if (!kind) continue;
    if (number_of(row[2]) > 0) key.emplace_back(number_of(row[2]), table.columns.size());
    if (!row[4].empty()) table.identity = row[0];
    table.columns.push_back({row[0], *kind, row[3] == "0"});
  }
  if (columns.empty()) return Error{ErrorKind::missing, "store", "there is no table " + name};
  std::sort(key.begin(), key.end());
  for (const auto& [place, column] : key) table.key.push_back(column);
  return table;
}

Result<int64_t> PostgresTables::count(const Table& table) {
  return number("SELECT count(*) FROM " + quoted_name(table.name));
}

Result<void> PostgresTables::freeze() {
  DW_CHECK(rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  DW_CHECK(rows("SELECT 1"));  // the snapshot is taken by the first statement
  return {};
}

Result<std::unique_ptr<RowCursor>> PostgresTables::read(const Table& table) {
  std::vector<std::string> key;
  for (const size_t place : table.key) {
    const Column& column = table.columns[place];
    // By bytes, as SQLite sorts, whatever the database's own order is.
    key.push_back(quoted_name(column.name) +
                  (column.kind == ColumnKind::text ? " COLLATE \"C\"" : ""));
  }
  const std::string text = fmt::format("SELECT {} FROM {} ORDER BY {}", quoted_columns(table),
                                       quoted_name(table.name), join(key, ", "));
  if (PQsendQuery(connection_, text.c_str()) == 0) return error(nullptr);
  if (PQsetSingleRowMode(connection_) == 0) return error(nullptr);
  std::vector<ColumnKind> kinds;
  for (const Column& column : table.columns) kinds.push_back(column.kind);
  return std::unique_ptr<RowCursor>(std::make_unique<Cursor>(*this, std::move(kinds)));
}

Result<void> PostgresTables::clear(const std::vector<Table>& tables) {
  std::vector<std::string> names;
  for (const Table& table : tables) names.push_back(quoted_name(table.name));
  DW_CHECK(rows("TRUNCATE " + join(names, ", ")));
  return {};
}

Result<void> PostgresTables::begin(const Table& table) {
  kinds_.clear();
  for (const Column& column : table.columns) kinds_.push_back(column.kind);
  const std::string text =
      fmt::format("COPY {} ({}) FROM STDIN", quoted_name(table.name), quoted_columns(table));
  const Answer result(PQexec(connection_, text.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) return error(result.get());
  return {};
}

Result<void> PostgresTables::append(const Cells& row) {
  line_.clear();
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line_ += '\t';
    append_cell(line_, row[i], kinds_[i]);
  }
  line_ += '\n';
  if (PQputCopyData(connection_, line_.data(), static_cast<int>(line_.size())) != 1) {
    return error(nullptr);
  }
  return {};
}

Result<void> PostgresTables::commit() {
  // Outside of a transaction each COPY is one of its own.
  if (PQputCopyEnd(connection_, nullptr) != 1) return error(nullptr);
  Result<void> done;
  while (const Answer result{PQgetResult(connection_)}) {
    if (done.ok() && PQresultStatus(result.get()) != PGRES_COMMAND_OK) done = error(result.get());
  }
  return done;
}

Result<std::string> PostgresTables::sequence_of(const Table& table) {
  DW_TRY(const auto found,
         rows(fmt::format("SELECT pg_get_serial_sequence($1, '{}')", table.identity),
              quoted_name(table.name)));
  return found.empty() ? std::string() : found[0][0];
}

Result<int64_t> PostgresTables::last_number(const Table& table) {
  DW_TRY(const std::string sequence, sequence_of(table));
  return number(
      fmt::format("SELECT greatest((SELECT last_value - 1 + is_called::int FROM {}), "
                  "(SELECT max({}) FROM {}), 0)",
                  sequence, quoted_name(table.identity), quoted_name(table.name)));
}

Result<void> PostgresTables::set_last_number(const Table& table, int64_t number) {
  DW_TRY(const std::string sequence, sequence_of(table));
  // The greatest that was given out; of a table that never had a row, the first comes next.
  DW_CHECK(rows(fmt::format("SELECT setval($1, {}, {})", std::max<int64_t>(number, 1), number > 0),
                sequence));
  return {};
}

Result<void> PostgresTables::analyze(const std::vector<Table>& tables) {
  for (const Table& table : tables) DW_CHECK(rows("ANALYZE " + quoted_name(table.name)));
  return {};
}

}  // namespace dw
