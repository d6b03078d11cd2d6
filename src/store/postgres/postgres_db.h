// One PostgreSQL connection, in pipeline mode: statements that are sent travel together with the
// next one that is run, so that the writes of a work cost few round trips.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/db.h"

struct pg_conn;
struct pg_result;

namespace dw {

/// A connection to `url` that notices within seconds when the other side is gone, whatever the
/// network does; what the url itself says comes first. Never null; the caller looks at its state
/// and closes it.
pg_conn* connect_postgres(const std::string& url);

class PostgresDb : public Db {
 public:
  /// errors  unreachable: no connection (the url's password is never part of the message)
  static Result<std::unique_ptr<PostgresDb>> open(const std::string& url);
  ~PostgresDb() override;

  Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values,
                      RowSink sink) override;
  using Db::run;
  Result<int64_t> insert(const Statement& statement, std::initializer_list<Value> values) override;
  Result<void> send(const Statement& statement, std::initializer_list<Value> values = {}) override;
  Result<void> settle() override;
  Result<void> run_script(const char* text) override;
  bool is_sqlite() const override { return false; }
  bool is_in_transaction() const override;

 private:
  explicit PostgresDb(pg_conn* connection) : connection_(connection) {}
  Result<void> prepare(const Statement& statement, const char* ending);
  Result<void> push(const Statement& statement, std::initializer_list<Value> values,
                    const char* ending = "");
  /// The answers to all that is on its way; the last one's rows go to `sink`.
  Result<int64_t> collect(RowSink sink);
  Result<int64_t> read_answer(const Statement& statement, const pg_result* result, RowSink sink);
  Error error(const char* where, const pg_result* result) const;
  Error lost(const char* where) const;

  pg_conn* connection_;
  std::vector<bool> is_prepared_;
  std::vector<const Statement*> on_their_way_;
};

}  // namespace dw
