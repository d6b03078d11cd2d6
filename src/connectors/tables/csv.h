// CSV as people's programs write it: RFC 4180's quotes and line breaks in cells; ',', ';' or tab,
// found out from the first row; UTF-8 with and without a BOM, or Latin-1.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/notices_section.h"
#include "connectors/tables/bytes.h"
#include "ports/table.h"

namespace dw {

/// Bytes in pieces of any size go in, rows come out. Pure.
class CsvParser {
 public:
  explicit CsvParser(TableEncoding encoding) : encoding_(encoding) {}

  /// errors  invalid: a quote that is never closed, a row of more than 1 MiB, UTF-16
  Result<void> take(std::string_view bytes, const TableSink& sink);
  /// The last row may have no line end.
  Result<void> finish(const TableSink& sink);

 private:
  Result<void> rows(const TableSink& sink, bool is_end);
  Result<void> start();
  bool quoted_row(std::string_view text, bool is_end, size_t& used);
  void plain_row(std::string_view line);
  void give(const TableSink& sink);
  void add(std::string_view cell);

  TableEncoding encoding_;
  std::string buffer_;  ///< what is not yet a whole row, and what follows
  bool has_started_ = false;
  char separator_ = ',';
  int64_t row_ = 0;
  std::vector<Cell> cells_;
  std::vector<std::pair<size_t, size_t>> spans_;  ///< of cells that had to be rewritten
  std::string rewritten_;
};

class CsvTable : public ReportTable {
 public:
  CsvTable(std::unique_ptr<ByteSource> bytes, std::string label, TableEncoding encoding)
      : bytes_(std::move(bytes)), label_(std::move(label)), parser_(encoding) {}

  const std::string& label() const override { return label_; }
  Task<Result<bool>> more(const TableSink& sink) override;

 private:
  std::unique_ptr<ByteSource> bytes_;
  std::string label_;
  CsvParser parser_;
  std::vector<char> piece_;
};

}  // namespace dw
