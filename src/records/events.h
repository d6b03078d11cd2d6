// Events: recorded once, and what became of them.
#pragma once
#include <optional>
#include <string>

#include "domain/event.h"
#include "records/paging.h"

namespace dw {

struct Recorded {
  EventId id;
  bool is_first = true;
  json::value reply{};       ///< of the first time, when this is a repeat
  bool is_same_body = true;  ///< a repeat under the same key with other contents is suspicious
};

namespace events {

Result<std::optional<StoredEvent>> find(ReadDb& db, EventId id);

/// The event that came from `source` under this key.
Result<std::optional<EventId>> find_by_key(ReadDb& db, const std::string& source,
                                           const std::string& key);

/// Parked ones, newest first.
Result<Page<StoredEvent>> parked(ReadDb& db, const PageRequest& page);

/// Records an event. A repeat (same source and key) changes nothing and says so.
Result<Recorded> record(Db& db, const Event& event);
/// The same in two halves, with a settle() between: the first sets `id`, to 0 for a repeat.
Result<void> record_later(Db& db, const Event& event, EventId& id);
Result<Recorded> recorded(Db& db, const Event& event, EventId id);

/// Until the commit nobody else decides on what is recorded of this event.
Result<void> lock(Db& db, EventId id);

/// Writes down what became of a recorded event.
Result<void> set_state(Db& db, EventId id, EventState state, const std::string& reason,
                       const json::value& reply);

/// Replaces the body of a recorded event by what is kept of it.
Result<void> set_body(Db& db, EventId id, const json::value& body);

/// Removes at most `limit` rows older than `before`; how many.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace events

}  // namespace dw
