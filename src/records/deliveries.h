// Deliveries: added, listed, and decided by a person.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "records/paging.h"

namespace dw {

struct DeliveryQuery {
  std::vector<DeliveryState> states;  ///< empty: all
  std::string lane;
  TicketId ticket;
  EventId event;
  PageRequest page;  ///< newest first
};

struct BacklogMetrics {
  int64_t pending = 0, unsure = 0, dead = 0;
  std::optional<TimePoint> oldest_pending_at;
  int64_t lanes = 0;  ///< that have something to send
  int64_t longest_lane = 0;
  int64_t parked_events = 0;
};

/// A delivery that is no longer wanted, or whose refusal the job has dealt with.
struct DropDelivery {
  DeliveryId delivery;
  std::string why;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace deliveries {

Result<std::optional<Delivery>> find(ReadDb& db, DeliveryId id);

Result<Page<Delivery>> list(ReadDb& db, const DeliveryQuery& query);

Result<BacklogMetrics> backlog(ReadDb& db);

/// What a lane has still to do, in order.
Result<std::vector<Delivery>> open_in_lane(ReadDb& db, const std::string& lane, size_t limit);

/// Adds a delivery in the state that it carries: pending, or done for a local one. A pending one
/// joins its lane.
Result<DeliveryId> add(Db& db, const Delivery& delivery);
/// The same where nobody needs its number: on PostgreSQL it is not waited for.
Result<void> add_unseen(Db& db, const Delivery& delivery);

/// A dead, unsure or waiting one becomes pending and due now. One in doubt is settled first, unless
/// its target could not tell: whoever retries that has decided that it be sent.
/// errors  missing; conflict: it is done or discarded
Result<void> retry(Db& db, DeliveryId id, TimePoint now);

Result<void> discard(Db& db, DeliveryId id, const std::string& why, TimePoint now);

/// Removes at most `limit` rows older than `before`; how many.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace deliveries

}  // namespace dw
