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
        fmt::format("lane {} rests, and nothing in it waits for a person", row.text(0)));
  }));
  DW_CHECK(db.run(stmt::deliveries_without_end, {}, [&](const Row& row) {
    problems.push_back(
        fmt::format("{} is over without a time of its end", to_text(DeliveryId{row.integer(0)})));
  }));
  DW_CHECK(db.run(stmt::tickets_without_end, {}, [&](const Row& row) {
    problems.push_back(fmt::format("ticket {} is solved without a time", row.integer(0)));
  }));
  return {};
}

}  // namespace dw
