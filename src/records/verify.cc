#include "records/verify.h"

#include <fmt/format.h>

#include "domain/delivery.h"
#include "sql/verify.h"

namespace dw {

Result<void> verify_rows(ReadDb& db, std::vector<std::string>& problems) {
  DW_CHECK(db.run(stmt::lanes_without_row, {}, [&](const Row& row) {
    problems.push_back(fmt::format("lane {} has deliveries but no row", row.text(0)));
  }));
  DW_CHECK(db.run(stmt::lanes_resting_for_nobody, {}, [&](const Row& row) {
    problems.push_back(
        fmt::format("lane {} is blocked, but no delivery in it needs a decision", row.text(0)));
  }));
  DW_CHECK(db.run(stmt::deliveries_without_end, {}, [&](const Row& row) {
    problems.push_back(
        fmt::format("{} has ended without an end time", to_text(DeliveryId{row.integer(0)})));
  }));
  DW_CHECK(db.run(stmt::tickets_without_end, {}, [&](const Row& row) {
    problems.push_back(fmt::format("ticket {} is solved without a time", row.integer(0)));
  }));
  return {};
}

}  // namespace dw
