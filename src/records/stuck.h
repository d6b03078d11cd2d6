// Deliveries that do not get on: what needs a person, and what has waited for long.
#pragma once
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "ports/db.h"

namespace dw {

struct StuckDeliveries {
  std::string target;
  DeliveryState state = DeliveryState::dead;  ///< dead or unsure
  int64_t count = 0;
  DeliveryId first;
};

struct LateDeliveries {
  std::string target;
  int64_t count = 0;
  TimePoint oldest_at{};
};

namespace deliveries {

/// What needs a person's decision, by target and state.
Result<std::vector<StuckDeliveries>> stuck(ReadDb& db);

/// What was planned before then and still waits, by target. Notices wait for their rate limit and
/// are not among them.
Result<std::vector<LateDeliveries>> late(ReadDb& db, TimePoint before);

}  // namespace deliveries

}  // namespace dw
