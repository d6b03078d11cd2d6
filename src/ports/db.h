// The port to the database: named statements with values in and rows out, inside one transaction.
// Whoever owns rows (records/, jobs/NAME/rows.h) writes functions over it; the store hands it to a
// piece of work and knows none of them (store/README.md: transactions, locks, the two engines).
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"

namespace dw {

/// A statement of a .sql file, with its text for each engine.
/// Whether PostgreSQL keeps one plan for all values of a statement, or plans for the values each
/// time: `anew` in the .sql file, for what they decide on (which filters are set, how rare a word
/// is). That costs as much as looking up some ten rows.
enum class QueryPlan { kept, anew };

struct Statement {
  /// The same of many rows, which are sent together: `[postgres rows]` in the .sql file.
  struct Rows {
    const char* text = nullptr;  ///< its parameters are arrays, or the number of rows; null: none
    const char* types = "";      ///< of the arrays: "tb" is one of text and one of bigint
    bool returns_place =
        false;  ///< each row that comes back begins with the place of its own, from 1
    QueryPlan plan = QueryPlan::kept;
  };

  Statement(const char* called, const char* for_sqlite, const char* for_postgres,
            QueryPlan for_values = QueryPlan::kept);
  Statement(const char* called, const char* for_sqlite, const char* for_postgres,
            QueryPlan for_values, Rows for_rows);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  const char* name;
  const char* sqlite;
  const char* postgres;
  QueryPlan plan = QueryPlan::kept;
  Rows rows{};
  size_t index;  ///< its place in a cache of prepared statements

  /// How many there are in this program.
  static size_t count();
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

/// What a commit touched, for those who wait for it.
struct DirtyFlags {
  bool lanes = false;   ///< a lane fell due
  bool queues = false;  ///< a message became visible in an embedded queue
  bool notes = false;   ///< there are new change notes
};

/// What a piece of work may ask: the last commit, or, in a work that writes, what it decides on.
class ReadDb {
 public:
  virtual ~ReadDb() = default;

  /// Runs a statement, gives each row to `sink`. The number of rows that it changed.
  /// errors  full: the engine can't keep or reach its data; conflict: a deadlock, the work runs
  ///         again; busy: another has held a row for too long; invalid: a text that no engine keeps
  virtual Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values,
                              RowSink sink) = 0;
  Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values = {}) {
    return run(statement, values, [](const Row&) {});
  }

  /// As run(), for rows that nobody needs before settle(): it may travel together with others.
  /// `sink` is kept until then.
  virtual Result<void> run_later(const Statement& statement, std::initializer_list<Value> values,
                                 std::function<void(const Row&)> sink) = 0;
  /// Waits for all that was sent.
  virtual Result<void> settle() = 0;

  /// What is decided on must not change before the commit. SQLite has one writer, which is guard
  /// enough, and so is a work that only reads: then these three do nothing.
  virtual bool is_guarding() const = 0;
  /// Locks a row until the commit, with a statement that travels with the next one.
  virtual Result<void> lock(const Statement& row, std::initializer_list<Value> values) = 0;
  /// Until the commit nobody else gets past this name: for what may not have a row yet.
  virtual Result<void> guard(const std::string& name) = 0;
  /// Readers of the same name pass each other; whoever writes under it waits for them.
  virtual Result<void> guard_shared(const std::string& name) = 0;

  virtual bool is_sqlite() const = 0;
  /// A number of this work's own, 0 at first: what it has reserved and no row shows yet.
  virtual int64_t& reserved(const char* what) = 0;
};

/// What a piece of work may write.
class Db : public ReadDb {
 public:
  /// An INSERT into a table with an `id`: the new row's, or 0 if a conflict kept it out. The text
  /// has no RETURNING: SQLite would build a table for the one row, a tenth of an intake.
  virtual Result<int64_t> insert(const Statement& statement,
                                 std::initializer_list<Value> values) = 0;
  /// As insert(); `id` is there after settle(). Null: nobody needs it.
  virtual Result<void> insert_later(const Statement& statement, std::initializer_list<Value> values,
                                    int64_t* id) = 0;
  /// A statement whose rows and count nobody needs. It may go on its way without being waited for;
  /// what goes wrong with it is then the error of a later call, or of the work.
  virtual Result<void> send(const Statement& statement,
                            std::initializer_list<Value> values = {}) = 0;
  /// Runs `statement` with (key, at) when the work ends: once for each key, with the earliest time
  /// that it was given, and sorted by key, so that replicas lock these rows in one order.
  virtual void send_last(const Statement& statement, const std::string& key, TimePoint at) = 0;
  /// Adds to what the commit touches.
  virtual void touch(DirtyFlags touched) = 0;
};

}  // namespace dw
