// One connection to a database engine, one transaction at a time. sqlite/ and postgres/ implement
// it; nothing else knows which engine it is.
#pragma once
#include <string>

#include "ports/db.h"

namespace dw {

class Connection {
 public:
  virtual ~Connection() = default;

  /// Runs a statement, gives each row to `sink`. The number of rows that it changed.
  /// errors  full: the engine can't keep or reach its data; conflict: a deadlock, try again;
  ///         busy: another has held a row for too long; invalid: a text that no engine keeps;
  ///         unsure: of COMMIT alone: it may have been executed
  virtual Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values,
                              RowSink sink) = 0;
  Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values = {}) {
    return run(statement, values, [](const Row&) {});
  }
  /// An INSERT into a table with an `id`: the new row's, or 0 if a conflict kept it out. The text
  /// has no RETURNING: SQLite would build a table for the one row, a tenth of an intake.
  virtual Result<int64_t> insert(const Statement& statement,
                                 std::initializer_list<Value> values) = 0;
  /// As run() and insert(), for what nobody needs before settle(): ports/db.h.
  virtual Result<void> run_later(const Statement& statement, std::initializer_list<Value> values,
                                 std::function<void(const Row&)> sink) {
    DW_CHECK(run(statement, values, sink));
    return {};
  }
  virtual Result<void> insert_later(const Statement& statement, std::initializer_list<Value> values,
                                    int64_t* id) {
    DW_TRY(const int64_t made, insert(statement, values));
    if (id != nullptr) *id = made;
    return {};
  }
  /// A statement whose rows and count nobody needs. It may go on its way without being waited for;
  /// what goes wrong with it is then the error of the next run() or settle().
  virtual Result<void> send(const Statement& statement,
                            std::initializer_list<Value> values = {}) = 0;
  /// Waits for all that was sent.
  virtual Result<void> settle() = 0;
  /// Between begin and commit, and commit can still succeed. Engines end a transaction of their
  /// own accord: SQLite when the disk is full, PostgreSQL with the connection.
  virtual bool is_in_transaction() const = 0;
  /// Several statements of a migration, without parameters.
  virtual Result<void> run_script(const char* text) = 0;
  virtual bool is_sqlite() const = 0;
  /// A name of this connection at the server, with which another can end what it left (statement
  /// end_session). Empty where there is no server.
  virtual const std::string& session() const {
    static const std::string none;
    return none;
  }
};

/// Whether each text can be kept exactly as it is, by either engine: UTF-8 without a NUL. Asked
/// before anything is sent, so that both refuse the same.
/// errors  invalid
Result<void> check_texts(const Statement& statement, std::initializer_list<Value> values);

}  // namespace dw
