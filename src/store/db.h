// What the journal needs of a database engine: named statements with values in and rows out, on
// one connection, one transaction at a time. sqlite/ and postgres/ implement it; nothing else
// knows which engine it is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"

namespace dw {

/// A statement of store/sql, with its text for each engine.
struct Statement {
  int index;  ///< its place in the cache of prepared statements
  const char* name;
  const char* sqlite;
  const char* postgres;
};

/// One parameter. Text is not copied: it lives until run() returns.
class Value {
 public:
  Value(std::nullptr_t) : value_(nullptr) {}
  Value(int64_t number) : value_(number) {}
  Value(int number) : value_(int64_t{number}) {}
  Value(bool truth) : value_(int64_t{truth}) {}
  Value(std::string_view text) : value_(text) {}
  Value(const std::string& text) : value_(std::string_view(text)) {}
  Value(const char* text) : value_(std::string_view(text)) {}
  Value(TimePoint at) : value_(int64_t{at.time_since_epoch().count()}) {}
  Value(const std::optional<TimePoint>& at) {
    if (at) value_ = int64_t{at->time_since_epoch().count()};
  }
  template <class Tag>
  Value(Id<Tag> id) : value_(id.value) {}

  const std::variant<std::nullptr_t, int64_t, std::string_view>& get() const { return value_; }

 private:
  std::variant<std::nullptr_t, int64_t, std::string_view> value_ = nullptr;
};

/// One row of a result; columns from 0. Views live until the sink returns.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual int64_t integer(int column) const = 0;
  virtual std::string_view text(int column) const = 0;

  TimePoint time(int column) const { return TimePoint(Millis(integer(column))); }
  std::optional<TimePoint> time_or_none(int column) const {
    if (is_null(column)) return std::nullopt;
    return time(column);
  }
};

/// A reference to something callable with a Row; not kept.
class RowSink {
 public:
  template <class F>
  RowSink(const F& call)  // NOLINT: made from a lambda in place
      : object_(&call),
        call_([](const void* object, const Row& row) { (*static_cast<const F*>(object))(row); }) {}
  void operator()(const Row& row) const { call_(object_, row); }

 private:
  const void* object_;
  void (*call_)(const void*, const Row&);
};

class Db {
 public:
  virtual ~Db() = default;

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
