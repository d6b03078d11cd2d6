#include "records/stuck.h"

#include "sql/stuck.h"

namespace dw::deliveries {

Result<std::vector<StuckDeliveries>> stuck(ReadDb& db) {
  std::vector<StuckDeliveries> out;
  DW_CHECK(db.run(stmt::stuck_deliveries, {}, [&](const Row& row) {
    out.push_back({std::string(row.text(0)), static_cast<DeliveryState>(row.integer(1)),
                   row.integer(2), DeliveryId{row.integer(3)}});
  }));
  return out;
}

Result<std::vector<LateDeliveries>> late(ReadDb& db, TimePoint before) {
  std::vector<LateDeliveries> out;
  DW_CHECK(db.run(stmt::late_deliveries, {before}, [&](const Row& row) {
    out.push_back({std::string(row.text(0)), row.integer(1), row.time(2)});
  }));
  return out;
}

}  // namespace dw::deliveries
