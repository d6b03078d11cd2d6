// One SQLite connection.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/connection.h"
#include "store/interrupt.h"

struct sqlite3;
struct sqlite3_stmt;

namespace dw {

class SqliteDb : public Connection {
 public:
  /// `file` may be ":memory:". WAL, synchronous=FULL; a new file is made with mode 0640.
  /// errors  full: it can't be opened or written; conflict: it is no SQLite file
  static Result<std::unique_ptr<SqliteDb>> open(const std::string& file,
                                                SharedInterrupt interrupt = {});
  ~SqliteDb() override;

  Result<int64_t> run(const Statement& statement, std::initializer_list<Value> values,
                      RowSink sink) override;
  using Connection::run;
  Result<int64_t> insert(const Statement& statement, std::initializer_list<Value> values) override;
  Result<void> send(const Statement& statement, std::initializer_list<Value> values = {}) override;
  Result<void> settle() override { return {}; }
  bool is_in_transaction() const override;
  Result<void> run_script(const char* text) override;
  bool is_sqlite() const override { return true; }

  /// A consistent copy into a new file (0600), of one moment however many write meanwhile.
  Result<void> backup(const std::string& file);
  /// What PRAGMA integrity_check says, "ok" left out.
  Result<std::vector<std::string>> check_integrity();
  /// No more than this many pages: a full disk for tests.
  void limit_pages(int pages);

 private:
  SqliteDb(sqlite3* db, SharedInterrupt interrupt);
  /// While another connection writes: false gives up.
  static int wait_for_writer(void* self, int tries);
  Result<sqlite3_stmt*> prepared(const Statement& statement);
  Result<void> copy_pages(const std::string& file);
  Error error(const char* where, int code) const;

  sqlite3* db_;
  SharedInterrupt interrupt_;
  Monotonic busy_since_{};
  std::vector<sqlite3_stmt*> statements_;
};

}  // namespace dw
