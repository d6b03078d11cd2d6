// CSV as people's programs write it: RFC 4180's quotes and line breaks in cells; rows that end with
// LF, CRLF or CR; ',', ';' or tab, found out from the first rows or said by a line "sep=;"; UTF-8
// and UTF-16 with and without a BOM, or windows-1252 (which is what latin-1 means here).
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

  /// errors  invalid: a quote that is never closed, a row of more than 1 MiB, an archive
  Result<void> take(std::string_view bytes, const TableSink& sink);
  /// The last row may have no line end.
  Result<void> finish(const TableSink& sink);

 private:
  void decode(std::string_view bytes, bool is_end);
  void find_coding();
  void append_utf16(std::string_view bytes);
  bool is_early() const;
  Result<void> rows(const TableSink& sink, bool is_end);
  Result<void> start();
  void take_separator_line();
  size_t quick_row(std::string_view text);
  Result<bool> slow_row(std::string_view left, bool is_end, size_t& used);
  bool quoted_row(std::string_view text, bool is_end, size_t& used);
  void plain_row(std::string_view line);
  void give(const TableSink& sink);
  void add(std::string_view cell);

  enum class Coding { unknown, bytes, utf16_little, utf16_big };

  TableEncoding encoding_;
  Coding coding_ = Coding::unknown;
  std::string undecoded_;  ///< too little to know its coding, or half a character of UTF-16
  std::string buffer_;     ///< what is not yet a whole row, and what follows
  bool has_started_ = false;
  char separator_ = ',';
  int64_t row_ = 0;
  std::vector<Cell> cells_;  ///< room for all that a row may have
  size_t cell_count_ = 0;
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
