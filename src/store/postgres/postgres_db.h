// One PostgreSQL connection, in pipeline mode: statements that are sent travel together with the
// next one that is run, so that the writes of a work cost few round trips. No wait is without an
// end; a connection whose server was silent for too long is lost and says so to each later call.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/connection.h"
#include "store/postgres/connection.h"
#include "store/postgres/row_arrays.h"

namespace dw {

class PostgresDb : public Connection {
 public:
  /// errors  unreachable: no connection (the url's password is never part of the message)
  static Result<std::unique_ptr<PostgresDb>> open(const std::string& url,
                                                  SharedInterrupt interrupt = {},
                                                  PostgresPatience timeout = {});

  /// errors  as Connection says; unsure: COMMIT was sent and its answer was lost
  Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values,
                      RowSink sink) override;
  using Connection::run;
  Result<int64_t> insert(const Statement& statement, std::initializer_list<Value> values) override;
  Result<void> run_later(const Statement& statement, std::initializer_list<Value> values,
                         std::function<void(const Row&)> sink) override;
  Result<void> insert_later(const Statement& statement, std::initializer_list<Value> values,
                            int64_t* id) override;
  Result<void> send(const Statement& statement, std::initializer_list<Value> values = {}) override;
  Result<void> settle() override;
  Result<void> run_script(const char* text) override;
  bool is_sqlite() const override { return false; }
  bool is_in_transaction() const override;
  const std::string& session() const override { return session_; }

 private:
  PostgresDb(PostgresConnection connection, SharedInterrupt interrupt, PostgresPatience timeout);
  using Sink = std::function<void(const Row&)>;
  /// A statement as it is, one that returns the new row's id, and one that takes many rows.
  enum class Form { plain, returning_id, rows };
  /// A statement whose answer has not been read.
  struct Sent {
    const Statement* statement;
    Sink sink;  ///< for its rows; may be empty
  };
  /// Rows of one statement that are sent together: before anything else is sent, or waited for.
  struct Gathered {
    const Statement* statement;
    RowArrays arrays;
    std::vector<Sink> sinks;  ///< of each row, where the statement returns places
  };

  /// As the server knows it.
  static std::string name_of(const Statement& statement, Form form);
  Result<void> prepare(const Statement& statement, Form form);
  Result<void> push(const Statement& statement, std::initializer_list<Value> values,
                    Form form = Form::plain, Sink sink = {});
  /// Leaves it on its way, as long as there is room.
  Result<void> leave();
  Result<void> gather(const Statement& statement, std::initializer_list<Value> values,
                      Sink sink = {});
  Result<void> push_gathered();
  Result<void> push_rows(Gathered rows);
  /// The answers to all that is on its way; the last one's rows go to `sink`.
  Result<int64_t> collect(RowSink sink);
  Result<void> read_all(const std::vector<Sent>& sent, RowSink sink, Result<int64_t>& answer);
  Result<int64_t> read_answer(const Statement& statement, const pg_result* result, RowSink sink);
  /// The next result of libpq's, null at the end of a statement's.
  Result<PostgresResult> next_result(Millis timeout, const char* where);
  Millis timeout_for(const Statement& statement) const;
  Result<void> run_script(const std::string& text, Millis timeout);
  Error error(const char* where, const pg_result* result);
  /// From now on every call says that the connection is lost, and why.
  Error lost(const char* where, std::string_view why = {});

  PostgresConnection connection_;
  SharedInterrupt interrupt_;
  PostgresPatience timeout_;
  std::string session_;         ///< a name that the server knows it by: see end_session
  std::string problem_;         ///< why the connection is lost; empty: it isn't, as far as is known
  bool is_committing_ = false;  ///< COMMIT was sent, and its answer has not been read
  bool has_committed_ = false;  ///< and its answer was yes, whatever comes behind it
  std::vector<bool> is_prepared_;  ///< each statement in each form
  std::vector<Sent> on_their_way_;
  std::vector<Gathered> gathered_;
};

}  // namespace dw
