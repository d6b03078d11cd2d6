#include "store/postgres/postgres_db.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "sql/engine.h"

namespace dw {
namespace {

constexpr size_t values_max = 24;
/// So many answers fit the socket's buffer while nobody reads them.
constexpr size_t on_their_way_max = 64;
/// More rows in one statement gain little, and the server can begin with the first ones meanwhile.
constexpr size_t gathered_rows_max = 64;
constexpr size_t gathered_bytes_max = 1 << 20;
constexpr size_t forms = 3;
/// SQLSTATEs after which the same work may succeed: serialization failure, deadlock.
constexpr std::array<std::string_view, 2> again_states = {"40001", "40P01"};
/// Somebody else has held a row for longer than we wait: the store itself is well.
constexpr std::string_view lock_timeout_state = "55P03";

/// What every session of ours must have, whatever the server's defaults are. The lock is the
/// session's name: whoever holds it is its backend, and nobody else is taken for it. A server that
/// can see that its client is gone ends what the client had begun; older ones don't know the
/// setting.
constexpr std::string_view session_script =
    "SET synchronous_commit = on; SET statement_timeout = '30s'; SET lock_timeout = '10s';"
    "SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning;"
    "SET TIME ZONE 'UTC';"
    "DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '2s', false);"
    " EXCEPTION WHEN OTHERS THEN NULL; END $$;"
    "SELECT pg_advisory_lock(hashtextextended('session:{}', 0))";
/// A migration of a large store takes its time, and the server is silent meanwhile: it is given up
/// only when nobody can believe in it any more. A server that is gone ends the connection.
constexpr Millis script_timeout{6 * 3'600'000};

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

/// The columns behind the first.
class BehindPlace : public Row {
 public:
  explicit BehindPlace(const Row& row) : row_(row) {}
  bool is_null(int column) const override { return row_.is_null(column + 1); }
  int64_t integer(int column) const override { return row_.integer(column + 1); }
  std::string_view text(int column) const override { return row_.text(column + 1); }

 private:
  const Row& row_;
};

constexpr auto drop_row = [](const Row&) {};

using Answer = PostgresResult;

}  // namespace

PostgresDb::PostgresDb(PostgresConnection connection, SharedInterrupt interrupt,
                       PostgresPatience timeout)
    : connection_(std::move(connection)),
      interrupt_(std::move(interrupt)),
      timeout_(timeout),
      session_(random_uuid()) {}

Result<std::unique_ptr<PostgresDb>> PostgresDb::open(const std::string& url,
                                                     SharedInterrupt interrupt,
                                                     PostgresPatience timeout) {
  if (!interrupt) interrupt = std::make_shared<Interrupt>();
  Connected connected = connect_postgres(url, timeout, *interrupt);
  if (!connected.problem.empty()) {
    return Error{ErrorKind::unreachable, "store", fmt::format("PostgreSQL: {}", connected.problem)};
  }
  std::unique_ptr<PostgresDb> db(
      new PostgresDb(std::move(connected.connection), std::move(interrupt), timeout));
  DW_CHECK(db->run_script(fmt::format(session_script, db->session_), timeout.connect));
  return db;
}

Error PostgresDb::lost(const char* where, std::string_view why) {
  if (problem_.empty()) {
    problem_ = fmt::format("PostgreSQL: {} ({})",
                           why.empty() ? trim(PQerrorMessage(connection_.get())) : why, where);
  }
  return {is_committing_ ? ErrorKind::unsure : ErrorKind::full, "store", problem_};
}

Error PostgresDb::error(const char* where, const PGresult* result) {
  const auto field = [result](int name) -> std::string_view {
    const char* text = PQresultErrorField(result, name);
    return text == nullptr ? "" : text;
  };
  const std::string_view code = field(PG_DIAG_SQLSTATE);
  const std::string_view severity = field(PG_DIAG_SEVERITY_NONLOCALIZED);
  // The message alone: details repeat values, and values are strangers' words.
  const std::string_view message = field(PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view why = message.empty() ? "no reason given" : message;
  // The session has ended with it. Whether what it was committing stands is not said.
  if (severity == "FATAL" || severity == "PANIC") return lost(where, why);
  const std::string what = fmt::format("PostgreSQL: {} ({})", why, where);
  for (const std::string_view again : again_states) {
    if (code == again) return {ErrorKind::conflict, "deadlock", what};
  }
  if (code == lock_timeout_state) return {ErrorKind::busy, "store", what, Millis(1000)};
  const bool is_ours = code.starts_with("23") || code.starts_with("42") || code.starts_with("22") ||
                       code.starts_with("25") || code.starts_with("54");
  return {is_ours ? ErrorKind::conflict : ErrorKind::full, "store", what};
}

bool PostgresDb::is_in_transaction() const {
  return problem_.empty() && PQtransactionStatus(connection_.get()) == PQTRANS_INTRANS;
}

std::string PostgresDb::name_of(const Statement& statement, Form form) {
  static constexpr std::array<const char*, forms> endings = {"", " returning id", " of rows"};
  return std::string(statement.name) + endings[static_cast<size_t>(form)];
}

Result<void> PostgresDb::prepare(const Statement& statement, Form form) {
  const size_t index = forms * statement.index + static_cast<size_t>(form);
  if (is_prepared_.size() <= index) is_prepared_.resize(forms * Statement::count(), false);
  if (is_prepared_[index]) return {};
  // By itself: behind a statement that fails it would be skipped, and be missing ever after.
  if (!on_their_way_.empty()) DW_CHECK(collect(drop_row));
  std::string text = form == Form::rows ? statement.rows.text : statement.postgres;
  if (form == Form::returning_id) text += " RETURNING id";
  const std::string name = name_of(statement, form);
  if (PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr) == 0) {
    return lost(statement.name);
  }
  on_their_way_.push_back({&statement, {}});
  DW_CHECK(collect(drop_row));
  is_prepared_[index] = true;
  return {};
}

Result<void> PostgresDb::push(const Statement& statement, std::initializer_list<Value> values,
                              Form form, Sink sink) {
  if (!problem_.empty()) return lost(statement.name);
  DW_CHECK(check_texts(statement, values));
  DW_CHECK(push_gathered());
  const bool is_kept = statement.plan == QueryPlan::kept;
  DW_ASSERT(is_kept || form == Form::plain, "what is planned anew is read alone");
  if (is_kept) DW_CHECK(prepare(statement, form));
  DW_ASSERT(values.size() <= values_max, "a statement has at most 24 parameters");
  std::array<std::string, values_max> texts;
  std::array<const char*, values_max> pointers{};
  std::array<int, values_max> lengths{};
  size_t count = 0;
  for (const Value& value : values) {
    if (const auto* number = std::get_if<int64_t>(&value.get())) {
      texts[count] = std::to_string(*number);
    } else if (const auto* text = std::get_if<std::string_view>(&value.get())) {
      texts[count] = *text;
    }
    const bool is_null = std::holds_alternative<std::nullptr_t>(value.get());
    pointers[count] = is_null ? nullptr : texts[count].c_str();
    lengths[count] = static_cast<int>(texts[count].size());
    ++count;
  }
  is_committing_ = is_committing_ || &statement == &stmt::commit;
  const int sent =
      is_kept ? PQsendQueryPrepared(connection_.get(), name_of(statement, form).c_str(),
                                    static_cast<int>(count), pointers.data(), lengths.data(),
                                    nullptr, 0)
              : PQsendQueryParams(connection_.get(), statement.postgres, static_cast<int>(count),
                                  nullptr, pointers.data(), lengths.data(), nullptr, 0);
  if (sent == 0) return lost(statement.name);
  on_their_way_.push_back({&statement, std::move(sink)});
  return {};
}

Result<int64_t> PostgresDb::run(const Statement& statement, std::initializer_list<Value> values,
                                RowSink sink) {
  DW_CHECK(push(statement, values));
  return collect(sink);
}

Result<int64_t> PostgresDb::insert(const Statement& statement,
                                   std::initializer_list<Value> values) {
  int64_t id = 0;
  if (statement.rows.returns_place) {
    DW_CHECK(insert_later(statement, values, &id));
    DW_CHECK(settle());
    return id;
  }
  DW_CHECK(push(statement, values, Form::returning_id));
  DW_CHECK(collect([&](const Row& row) { id = row.integer(0); }));
  return id;
}

Result<void> PostgresDb::send(const Statement& statement, std::initializer_list<Value> values) {
  if (statement.rows.text != nullptr) return gather(statement, values);
  DW_CHECK(push(statement, values));
  return leave();
}

Result<void> PostgresDb::run_later(const Statement& statement, std::initializer_list<Value> values,
                                   Sink sink) {
  if (statement.rows.returns_place) return gather(statement, values, std::move(sink));
  DW_CHECK(push(statement, values, Form::plain, std::move(sink)));
  return leave();
}

Result<void> PostgresDb::insert_later(const Statement& statement,
                                      std::initializer_list<Value> values, int64_t* id) {
  if (id == nullptr) return send(statement, values);
  *id = 0;
  auto sink = [id](const Row& row) { *id = row.integer(0); };
  if (statement.rows.returns_place) return gather(statement, values, std::move(sink));
  DW_CHECK(push(statement, values, Form::returning_id, std::move(sink)));
  return leave();
}

Result<void> PostgresDb::leave() {
  return on_their_way_.size() < on_their_way_max ? Result<void>{} : settle();
}

Result<void> PostgresDb::gather(const Statement& statement, std::initializer_list<Value> values,
                                Sink sink) {
  if (!problem_.empty()) return lost(statement.name);
  DW_CHECK(check_texts(statement, values));
  auto rows = std::find_if(gathered_.begin(), gathered_.end(),
                           [&](const Gathered& one) { return one.statement == &statement; });
  if (rows == gathered_.end()) {
    gathered_.push_back({&statement, RowArrays(statement.rows.types), {}});
    rows = std::prev(gathered_.end());
  }
  rows->arrays.add(values);
  if (statement.rows.returns_place) rows->sinks.push_back(std::move(sink));
  const bool is_full =
      rows->arrays.rows() >= gathered_rows_max || rows->arrays.bytes() >= gathered_bytes_max;
  return is_full ? push_gathered() : Result<void>();
}

Result<void> PostgresDb::push_gathered() {
  if (gathered_.empty()) return {};
  for (Gathered& rows : std::exchange(gathered_, {})) DW_CHECK(push_rows(std::move(rows)));
  // The server may begin, while we go on.
  return PQflush(connection_.get()) < 0 ? lost("rows") : Result<void>();
}

Result<void> PostgresDb::push_rows(Gathered rows) {
  const Statement& statement = *rows.statement;
  if (!problem_.empty()) return lost(statement.name);
  const bool is_kept = statement.rows.plan == QueryPlan::kept;
  if (is_kept) DW_CHECK(prepare(statement, Form::rows));
  const std::vector<std::string> arrays = std::move(rows.arrays).finish();
  std::array<const char*, values_max> pointers{};
  std::array<int, values_max> lengths{};
  std::array<int, values_max> formats{};
  DW_ASSERT(arrays.size() <= values_max, "a statement has at most 24 parameters");
  for (size_t i = 0; i < arrays.size(); ++i) {
    pointers[i] = arrays[i].data();
    lengths[i] = static_cast<int>(arrays[i].size());
    formats[i] = 1;  // binary
  }
  const auto count = static_cast<int>(arrays.size());
  const int sent =
      is_kept ? PQsendQueryPrepared(connection_.get(), name_of(statement, Form::rows).c_str(),
                                    count, pointers.data(), lengths.data(), formats.data(), 0)
              : PQsendQueryParams(connection_.get(), statement.rows.text, count, nullptr,
                                  pointers.data(), lengths.data(), formats.data(), 0);
  if (sent == 0) return lost(statement.name);
  on_their_way_.push_back({&statement, [sinks = std::move(rows.sinks)](const Row& row) {
                             const auto place = static_cast<size_t>(row.integer(0));
                             if (place == 0 || place > sinks.size() || !sinks[place - 1]) return;
                             sinks[place - 1](BehindPlace(row));
                           }});
  return leave();
}

Result<void> PostgresDb::settle() {
  DW_CHECK(push_gathered());
  if (on_their_way_.empty()) return {};
  DW_CHECK(collect(drop_row));
  return {};
}

Millis PostgresDb::timeout_for(const Statement& statement) const {
  const bool is_beginning = &statement == &stmt::begin || &statement == &stmt::begin_read ||
                            &statement == &stmt::mark_commit;
  return is_beginning ? timeout_.begin : timeout_.answer;
}

Result<PostgresResult> PostgresDb::next_result(Millis timeout, const char* where) {
  PGconn* connection = connection_.get();
  const Monotonic until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    // What was sent may be more than the socket takes at once, and the other side may want to be
    // read first.
    const int unsent = PQflush(connection);
    if (unsent < 0) return lost(where);
    if (unsent == 0 && PQisBusy(connection) == 0) break;
    const auto events = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
    switch (wait_for(PQsocket(connection), events, until, *interrupt_)) {
      case Waited::ready:
        break;
      case Waited::late:
        return lost(where, fmt::format("no answer for {} s", timeout.count() / 1000));
      case Waited::interrupted:
        return lost(where, "cancelled: the store is closed");
    }
    if (PQconsumeInput(connection) == 0) return lost(where);
  }
  return Answer(PQgetResult(connection));
}

Result<int64_t> PostgresDb::collect(RowSink sink) {
  const std::vector<Sent> sent = std::exchange(on_their_way_, {});
  if (PQpipelineSync(connection_.get()) == 0) return lost(sent.back().statement->name);
  Result<int64_t> answer = int64_t{0};
  has_committed_ = false;
  const Result<void> read = read_all(sent, sink, answer);
  // A server that is shut down answers a COMMIT, and ends the session before it is ready again.
  if (!read.ok() && !has_committed_) return read.error();
  return answer;
}

Result<void> PostgresDb::read_all(const std::vector<Sent>& sent, RowSink sink,
                                  Result<int64_t>& answer) {
  for (const Sent& one : sent) {
    const Statement& statement = *one.statement;
    const bool is_last = &one == &sent.back();
    const auto take = [&](const Row& row) {
      if (one.sink) return one.sink(row);
      if (is_last) sink(row);
    };
    // Each has one result, and then a null. After the first failure the rest were not executed.
    for (;;) {
      DW_TRY(const Answer result, next_result(timeout_for(statement), statement.name));
      if (!result) break;
      Result<int64_t> read = read_answer(statement, result.get(), take);
      if (answer.ok()) answer = std::move(read);
    }
  }
  const char* last = sent.back().statement->name;
  if (PQstatus(connection_.get()) != CONNECTION_OK) return lost(last);
  DW_TRY(const Answer end, next_result(timeout_.answer, last));
  if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) return lost(last);
  is_committing_ = false;
  return {};
}

Result<int64_t> PostgresDb::read_answer(const Statement& statement, const PGresult* result,
                                        RowSink sink) {
  const ExecStatusType status = PQresultStatus(result);
  // One before it failed, and it was not executed.
  if (status == PGRES_PIPELINE_ABORTED) return int64_t{0};
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) return lost(statement.name);
    Error failed = error(statement.name, result);
    // An error of COMMIT itself is an answer: the transaction was undone.
    if (&statement == &stmt::commit && problem_.empty()) is_committing_ = false;
    return failed;
  }
  const std::string_view command = PQcmdStatus(const_cast<PGresult*>(result));
  if (&statement == &stmt::commit) {
    is_committing_ = false;
    has_committed_ = command != "ROLLBACK";
    // COMMIT of a failed transaction succeeds as a ROLLBACK: that is no success here.
    if (command == "ROLLBACK") {
      return Error{ErrorKind::full, "store", "PostgreSQL rolled the transaction back"};
    }
  }
  for (int row = 0; row < PQntuples(result); ++row) sink(PostgresRow(result, row));
  const std::string_view changed = PQcmdTuples(const_cast<PGresult*>(result));
  int64_t rows = 0;
  std::from_chars(changed.data(), changed.data() + changed.size(), rows);
  return rows;
}

Result<void> PostgresDb::run_script(const char* text) {
  return run_script(text, script_timeout);
}

Result<void> PostgresDb::run_script(const std::string& text, Millis timeout) {
  DW_CHECK(settle());
  if (!problem_.empty()) return lost("script");
  PGconn* connection = connection_.get();
  // Several statements in one text don't go through a pipeline.
  PQexitPipelineMode(connection);
  if (PQsendQuery(connection, text.c_str()) == 0) return lost("script");
  Result<void> done;
  for (;;) {
    DW_TRY(const Answer result, next_result(timeout, "script"));
    if (!result) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) continue;
    if (done.ok()) done = error("script", result.get());
  }
  if (!done.ok() && !problem_.empty()) return done;
  const bool is_pipelined = PQenterPipelineMode(connection) == 1;
  if (PQstatus(connection) != CONNECTION_OK || !is_pipelined) return lost("script");
  return done;
}

}  // namespace dw
