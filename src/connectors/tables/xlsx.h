// A sheet of an .xlsx workbook, streamed: libzip unpacks, expat reads, and only the shared strings
// are held. Formulas give their stored values.
#pragma once
#include <memory>
#include <string>

#include "ports/table.h"

namespace dw {

class XlsxTable : public ReportTable {
 public:
  /// The worksheet of that name; where there is none, and either `is_default` (nobody chose the
  /// name) or there is but one: the first that can be seen.
  /// errors  missing, denied; invalid: no workbook, a password, no such sheet, or a chart
  static Result<std::unique_ptr<ReportTable>> open(const std::string& path,
                                                   const std::string& label,
                                                   const std::string& sheet,
                                                   bool is_default = false);
  ~XlsxTable() override;

  const std::string& label() const override { return label_; }
  Task<Result<bool>> more(const TableSink& sink) override;

 private:
  struct State;
  XlsxTable(std::unique_ptr<State> state, std::string label);

  std::unique_ptr<State> state_;
  std::string label_;
};

}  // namespace dw
