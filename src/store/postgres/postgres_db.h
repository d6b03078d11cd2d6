// One PostgreSQL connection. Statements that give no rows are sent without waiting for their
// answers (pipeline mode) and settled at the next one that does: a work of six writes is one
// round trip.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/db.h"

struct pg_conn;
struct pg_result;

namespace dw {

class PostgresDb : public Db {
 public:
  /// errors  unreachable: no connection (the url's password is never part of the message)
  static Result<std::unique_ptr<PostgresDb>> open(const std::string& url);
  ~PostgresDb() override;

  Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values,
                      RowSink sink) override;
  using Db::run;
  Result<void> run_script(const char* text) override;
  bool is_sqlite() const override { return false; }

 private:
  explicit PostgresDb(pg_conn* connection) : connection_(connection) {}
  Result<void> prepare(const Statement& statement);
  Error error(const char* where, const pg_result* result) const;
  Error lost(const char* where) const;

  pg_conn* connection_;
  std::vector<bool> is_prepared_;
};

}  // namespace dw
