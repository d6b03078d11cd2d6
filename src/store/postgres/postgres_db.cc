#include "store/postgres/postgres_db.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <cstring>

#include "base/text.h"
#include "statements.h"

namespace dw {
namespace {

constexpr size_t values_max = 20;
/// SQLSTATEs after which the same work may succeed: serialization failure, deadlock.
constexpr std::array<std::string_view, 2> again_states = {"40001", "40P01"};

/// What every session of ours must have, whatever the server's defaults are.
constexpr const char* session =
    "SET synchronous_commit = on; SET statement_timeout = '30s'; SET lock_timeout = '10s';"
    "SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning;"
    "SET TIME ZONE 'UTC'";

class PostgresRow : public Row {
 public:
  PostgresRow(const PGresult* result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const override { return PQgetisnull(result_, row_, column) == 1; }
  int64_t integer(int column) const override {
    const std::string_view digits = text(column);
    int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }
  std::string_view text(int column) const override {
    return {PQgetvalue(result_, row_, column),
            static_cast<size_t>(PQgetlength(result_, row_, column))};
  }

 private:
  const PGresult* result_;
  int row_;
};

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Owned = std::unique_ptr<PGresult, Clear>;

}  // namespace

Result<std::unique_ptr<PostgresDb>> PostgresDb::open(const std::string& url) {
  PGconn* connection = PQconnectdb(url.c_str());
  std::unique_ptr<PostgresDb> db(new PostgresDb(connection));
  if (PQstatus(connection) != CONNECTION_OK) {
    return Error{ErrorKind::unreachable, "store",
                 fmt::format("PostgreSQL: {}", trim(PQerrorMessage(connection)))};
  }
  DW_CHECK(db->run_script(session));
  return db;
}

PostgresDb::~PostgresDb() {
  PQfinish(connection_);
}

Error PostgresDb::lost(const char* where) const {
  return {ErrorKind::full, "store",
          fmt::format("PostgreSQL: {} ({})", trim(PQerrorMessage(connection_)), where)};
}

Error PostgresDb::error(const char* where, const PGresult* result) const {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view code = state == nullptr ? "" : state;
  const std::string what =
      fmt::format("PostgreSQL: {} ({})", trim(PQresultErrorMessage(result)), where);
  for (const std::string_view again : again_states) {
    if (code == again) return {ErrorKind::conflict, "deadlock", what};
  }
  const bool is_ours = code.starts_with("23") || code.starts_with("42") || code.starts_with("22");
  return {is_ours ? ErrorKind::conflict : ErrorKind::full, "store", what};
}

Result<void> PostgresDb::prepare(const Statement& statement) {
  const auto index = static_cast<size_t>(statement.index);
  if (is_prepared_.size() <= index) is_prepared_.resize(stmt::count, false);
  if (is_prepared_[index]) return {};
  const Owned result(PQprepare(connection_, statement.name, statement.postgres, 0, nullptr));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    return PQstatus(connection_) == CONNECTION_OK ? error(statement.name, result.get())
                                                  : lost(statement.name);
  }
  is_prepared_[index] = true;
  return {};
}

Result<int64_t> PostgresDb::run(const Statement& statement, std::initializer_list<Value> values,
                                RowSink sink) {
  DW_CHECK(prepare(statement));
  DW_ASSERT(values.size() <= values_max, "a statement has at most twenty parameters");
  std::array<std::string, values_max> texts;
  std::array<const char*, values_max> pointers{};
  std::array<int, values_max> lengths{};
  size_t count = 0;
  for (const Value& value : values) {
    if (const auto* number = std::get_if<int64_t>(&value.get())) {
      texts[count] = std::to_string(*number);
    } else if (const auto* text = std::get_if<std::string_view>(&value.get())) {
      // PostgreSQL's text has no NUL; nothing that is accepted has one either.
      texts[count] = std::string(text->substr(0, text->find('\0')));
    }
    const bool is_null = std::holds_alternative<std::nullptr_t>(value.get());
    pointers[count] = is_null ? nullptr : texts[count].c_str();
    lengths[count] = static_cast<int>(texts[count].size());
    ++count;
  }
  const Owned result(PQexecPrepared(connection_, statement.name, static_cast<int>(count),
                                    pointers.data(), lengths.data(), nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    if (PQstatus(connection_) != CONNECTION_OK) return lost(statement.name);
    return error(statement.name, result.get());
  }
  // COMMIT of a failed transaction succeeds as a ROLLBACK: that is no success here.
  if (std::strcmp(PQcmdStatus(result.get()), "ROLLBACK") == 0 && &statement == &stmt::commit) {
    return Error{ErrorKind::full, "store", "PostgreSQL rolled the transaction back"};
  }
  for (int row = 0; row < PQntuples(result.get()); ++row) sink(PostgresRow(result.get(), row));
  const std::string_view changed = PQcmdTuples(result.get());
  int64_t rows = 0;
  std::from_chars(changed.data(), changed.data() + changed.size(), rows);
  return rows;
}

Result<void> PostgresDb::run_script(const char* text) {
  const Owned result(PQexec(connection_, text));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  if (PQstatus(connection_) != CONNECTION_OK) return lost("script");
  return error("script", result.get());
}

}  // namespace dw
