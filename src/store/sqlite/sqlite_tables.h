// A SQLite file as one side of a copy.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/copy/tables.h"

struct sqlite3;
struct sqlite3_stmt;

namespace dw {

class SqliteTables : public Tables {
 public:
  /// `file` may be ":memory:"; another one must be there.
  static Result<std::unique_ptr<SqliteTables>> open(const std::string& file);
  ~SqliteTables() override;
  SqliteTables(const SqliteTables&) = delete;
  SqliteTables& operator=(const SqliteTables&) = delete;

  Result<void> run_script(const std::string& text);

  Result<std::vector<std::string>> names() override;
  Result<Table> table(const std::string& name) override;
  Result<int64_t> count(const Table& table) override;
  Result<void> freeze() override;
  Result<std::unique_ptr<RowCursor>> read(const Table& table) override;
  Result<void> clear(const std::vector<Table>& tables) override;
  Result<void> begin(const Table& table) override;
  Result<void> append(const Cells& row) override;
  Result<void> commit() override;
  Result<int64_t> last_number(const Table& table) override;
  Result<void> set_last_number(const Table& table, int64_t number) override;
  Result<void> analyze(const std::vector<Table>& /*tables*/) override { return {}; }
  bool is_strict_about_text() const override { return false; }

 private:
  class Cursor;
  explicit SqliteTables(sqlite3* db) : db_(db) {}
  Result<sqlite3_stmt*> prepare(const std::string& text);
  /// Runs a statement over this text parameter; all its rows.
  Result<std::vector<Cells>> rows(const std::string& text, const std::string& parameter = "");
  Error error(const std::string& where) const;

  sqlite3* db_;
  std::string appended_to_{};        ///< the table of the piece that is being written
  std::vector<ColumnKind> kinds_{};  ///< of its columns
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace dw
