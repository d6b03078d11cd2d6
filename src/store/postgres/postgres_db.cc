#include "store/postgres/postgres_db.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/owned.h"
#include "base/text.h"
#include "statements.h"

namespace dw {
namespace {

constexpr size_t values_max = 20;
/// So many answers fit the socket's buffer while nobody reads them.
constexpr size_t on_their_way_max = 64;
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

using Answer = Owned<PGresult, PQclear>;

}  // namespace

pg_conn* connect_postgres(const std::string& url) {
  // What stands before dbname gives way to what the url says.
  constexpr std::array<const char*, 9> keys = {
      "application_name",    "connect_timeout",  "keepalives_idle",
      "keepalives_interval", "keepalives_count", "tcp_user_timeout",
      "client_encoding",     "dbname",           nullptr};
  const std::array<const char*, 9> values = {"deskwire", "5",    "5",         "3",    "3",
                                             "15000",    "UTF8", url.c_str(), nullptr};
  return PQconnectdbParams(keys.data(), values.data(), 1);
}

Result<std::unique_ptr<PostgresDb>> PostgresDb::open(const std::string& url) {
  pg_conn* connection = connect_postgres(url);
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
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view code = state == nullptr ? "" : state;
  // The message alone: details repeat values, and values are strangers' words.
  const std::string what =
      fmt::format("PostgreSQL: {} ({})", message == nullptr ? "no reason given" : message, where);
  for (const std::string_view again : again_states) {
    if (code == again) return {ErrorKind::conflict, "deadlock", what};
  }
  const bool is_ours = code.starts_with("23") || code.starts_with("42") || code.starts_with("22") ||
                       code.starts_with("25");
  return {is_ours ? ErrorKind::conflict : ErrorKind::full, "store", what};
}

bool PostgresDb::is_in_transaction() const {
  return PQtransactionStatus(connection_) == PQTRANS_INTRANS;
}

Result<void> PostgresDb::prepare(const Statement& statement, const char* ending) {
  const auto index = static_cast<size_t>(statement.index);
  if (is_prepared_.size() <= index) is_prepared_.resize(stmt::count, false);
  if (is_prepared_[index]) return {};
  // By itself: behind a statement that fails it would be skipped, and be missing ever after.
  DW_CHECK(settle());
  const std::string text = std::string(statement.postgres) + ending;
  if (PQsendPrepare(connection_, statement.name, text.c_str(), 0, nullptr) == 0) {
    return lost(statement.name);
  }
  on_their_way_.push_back(&statement);
  DW_CHECK(settle());
  is_prepared_[index] = true;
  return {};
}

Result<void> PostgresDb::push(const Statement& statement, std::initializer_list<Value> values,
                              const char* ending) {
  DW_CHECK(prepare(statement, ending));
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
  if (PQsendQueryPrepared(connection_, statement.name, static_cast<int>(count), pointers.data(),
                          lengths.data(), nullptr, 0) == 0) {
    return lost(statement.name);
  }
  on_their_way_.push_back(&statement);
  return {};
}

Result<int64_t> PostgresDb::run(const Statement& statement, std::initializer_list<Value> values,
                                RowSink sink) {
  DW_CHECK(push(statement, values));
  return collect(sink);
}

Result<int64_t> PostgresDb::insert(const Statement& statement,
                                   std::initializer_list<Value> values) {
  DW_CHECK(push(statement, values, " RETURNING id"));
  int64_t id = 0;
  DW_CHECK(collect([&](const Row& row) { id = row.integer(0); }));
  return id;
}

Result<void> PostgresDb::send(const Statement& statement, std::initializer_list<Value> values) {
  DW_CHECK(push(statement, values));
  return on_their_way_.size() < on_their_way_max ? Result<void>{} : settle();
}

Result<void> PostgresDb::settle() {
  if (on_their_way_.empty()) return {};
  DW_CHECK(collect([](const Row&) {}));
  return {};
}

Result<int64_t> PostgresDb::collect(RowSink sink) {
  const std::vector<const Statement*> waited_for = std::exchange(on_their_way_, {});
  const char* last = waited_for.back()->name;
  if (PQpipelineSync(connection_) == 0) return lost(last);
  Result<int64_t> answer = int64_t{0};
  for (const Statement* statement : waited_for) {
    // Each has one result, and then a null. After the first failure the rest were not executed.
    while (const Answer result{PQgetResult(connection_)}) {
      if (!answer.ok()) continue;
      const bool is_last = statement == waited_for.back();
      answer = is_last ? read_answer(*statement, result.get(), sink)
                       : read_answer(*statement, result.get(), [](const Row&) {});
    }
  }
  if (PQstatus(connection_) != CONNECTION_OK) return lost(last);
  const Answer end(PQgetResult(connection_));
  if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) return lost(last);
  return answer;
}

Result<int64_t> PostgresDb::read_answer(const Statement& statement, const PGresult* result,
                                        RowSink sink) {
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    if (PQstatus(connection_) != CONNECTION_OK) return lost(statement.name);
    return error(statement.name, result);
  }
  // COMMIT of a failed transaction succeeds as a ROLLBACK: that is no success here.
  const std::string_view command = PQcmdStatus(const_cast<PGresult*>(result));
  if (&statement == &stmt::commit && command == "ROLLBACK") {
    return Error{ErrorKind::full, "store", "PostgreSQL rolled the transaction back"};
  }
  for (int row = 0; row < PQntuples(result); ++row) sink(PostgresRow(result, row));
  const std::string_view changed = PQcmdTuples(const_cast<PGresult*>(result));
  int64_t rows = 0;
  std::from_chars(changed.data(), changed.data() + changed.size(), rows);
  return rows;
}

Result<void> PostgresDb::run_script(const char* text) {
  DW_CHECK(settle());
  // Several statements in one text don't go through a pipeline.
  PQexitPipelineMode(connection_);
  const Answer result(PQexec(connection_, text));
  const ExecStatusType status = PQresultStatus(result.get());
  const bool is_pipelined = PQenterPipelineMode(connection_) == 1;
  if (PQstatus(connection_) != CONNECTION_OK || !is_pipelined) return lost("script");
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  return error("script", result.get());
}

}  // namespace dw
