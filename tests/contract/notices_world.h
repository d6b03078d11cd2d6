// What the tests of notices share: a report, and nobody who reads it meanwhile.
#pragma once
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "ports/table.h"

namespace dw {

/// One closed ticket of each customer.
class PlannedTable : public ReportTable {
 public:
  explicit PlannedTable(int customers) : customers_(customers) {}
  const std::string& label() const override { return label_; }
  Task<Result<bool>> more(const TableSink& sink) override {
    for (int i = 0; i < customers_; ++i) {
      const std::string email = fmt::format("c{:05}@x.example", i);
      const std::string ticket = fmt::format("T{}", i);
      const std::vector<Cell> cells = {{"Pat"},  {"Doe"},    {email},
                                       {ticket}, {"closed"}, {"16/11/2026"}};
      sink({i + 1, cells});
    }
    co_return false;
  }

 private:
  int customers_;
  std::string label_ = "report.csv";
};

inline Task<std::string> nobody() {
  co_return std::string();
}

}  // namespace dw
