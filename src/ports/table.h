// A report as rows, wherever it lies: a CSV or XLSX file, a Google Sheet. It is streamed: who reads
// it sees one row at a time, and nobody holds it whole.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/task.h"

namespace dw {

struct Cell {
  std::string_view text;
  /// A cell that is a number or a date and no text: days since 1970-01-01, if it is read as a
  /// spreadsheet's serial date.
  std::optional<int32_t> serial_day{};
};

/// One row; its cells live until the sink returns.
struct TableRow {
  int64_t number = 0;  ///< as the report counts: the first line of a file is row 1
  std::span<const Cell> cells;
};

using TableSink = std::function<void(const TableRow& row)>;

/// One state of one report: `version` changes whenever its contents may have.
struct ReportVersion {
  std::string name;  ///< a path, a key of the bucket, a sheet
  std::string version;
  bool operator==(const ReportVersion&) const = default;
};

/// Whichever is there. A name, since GCC 12 destroys a default argument of a coroutine twice.
inline const ReportVersion any_report;

class ReportTable {
 public:
  virtual ~ReportTable() = default;

  /// What it is, for a person: "report.csv".
  virtual const std::string& label() const = 0;
  /// The column of the first cell, A = 0: a sheet's range may start at C. Known with the rows.
  virtual int first_column() const { return 0; }
  /// Gives the next rows to `sink`, some hundreds at a time; false: there are no more.
  /// errors  missing, denied, unreachable: as the place says; invalid: it is no such table
  virtual Task<Result<bool>> more(const TableSink& sink) = 0;
};

}  // namespace dw
