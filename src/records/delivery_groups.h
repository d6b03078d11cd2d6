// Open deliveries put together by where they go and why they are not there: what a person decides
// at once.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "ports/db.h"

namespace dw {

struct DeliveryGroup {
  std::string id;  ///< of state, target, operation and reason; the same as long as they are
  DeliveryState state = DeliveryState::dead;
  std::string target, operation;
  std::string reason;  ///< of the newest; numbers in it may differ
  int64_t count = 0;
  int attempts = 0;  ///< the most of any
  TimePoint first_at{}, last_at{};
  std::vector<DeliveryId> deliveries;  ///< newest first
  std::vector<TicketId> tickets;       ///< newest first, none twice
};

struct DeliveryGroups {
  std::vector<DeliveryGroup> items;  ///< the largest first; those that need a decision before
  int64_t pending = 0, unsure = 0, dead = 0;
  int64_t done_today = 0, discarded_today = 0;
};

namespace deliveries {

/// `today`: since when deliveries that are over count. cost: at most some thousand rows of each
/// state, the newest; counts are of all.
Result<DeliveryGroups> groups(ReadDb& db, TimePoint today);

/// How many of the oldest `most` pending deliveries each target has.
Result<std::map<std::string, int64_t>> pending_by_target(ReadDb& db, int64_t most);

}  // namespace deliveries

/// The same reason with other numbers and ids in it is the same reason.
std::string without_numbers(std::string_view reason);

}  // namespace dw
