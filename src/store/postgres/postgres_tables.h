// A PostgreSQL database as one side of a copy: rows go in by COPY and come out one by one, so that
// memory stays flat.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/copy/tables.h"

struct pg_conn;
struct pg_result;

namespace dw {

class PostgresTables : public Tables {
 public:
  /// errors  unreachable
  static Result<std::unique_ptr<PostgresTables>> open(const std::string& url);
  ~PostgresTables() override;
  PostgresTables(const PostgresTables&) = delete;
  PostgresTables& operator=(const PostgresTables&) = delete;

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
  Result<void> analyze(const std::vector<Table>& tables) override;
  bool is_strict_about_text() const override { return true; }

 private:
  class Cursor;
  explicit PostgresTables(pg_conn* connection) : connection_(connection) {}
  /// Runs a statement over this text parameter; all its rows, as text.
  Result<std::vector<std::vector<std::string>>> rows(const std::string& text,
                                                     const std::string& parameter = "");
  Result<int64_t> number(const std::string& text, const std::string& parameter = "");
  Result<std::string> sequence_of(const Table& table);
  Error error(const pg_result* result) const;

  pg_conn* connection_;
  std::string line_{};               ///< of COPY, kept for its room
  std::vector<ColumnKind> kinds_{};  ///< of the table of the piece that is being written
};

}  // namespace dw
