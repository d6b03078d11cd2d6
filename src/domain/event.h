// An event: a fact that came in. Its source and key make it unique; the same event twice is one.
#pragma once
#include <fmt/format.h>

#include <string>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"

namespace dw {

/// Sample: {source "teams:it", key "19:d441…@thread.tacv2/1771290107407", kind "chat.ticket", …}
struct Event {
  std::string source;        ///< who brought it: "teams:it", "api", "delivery", "clock"
  std::string key;           ///< unique within the source, at most 512 bytes
  std::string kind;          ///< which job takes it, and its shape: docs in jobs/
  TimePoint at{};            ///< when it was accepted here
  json::value body{};        ///< the connector's decoding, in our words
  bool is_for_ever = false;  ///< its key outlives retention: the source signs no time
};

/// Decided once, in the commit that takes the event.
enum class EventState {
  done,    ///< a job planned it: a ticket was opened
  parked,  ///< a defect in a job: kept with the reason, shown on the board
};

/// "e-000123": also the correlation id in logs.
inline std::string to_text(EventId id) {
  return fmt::format("e-{:06}", id.value);
}

struct StoredEvent {
  EventId id;
  Event event;
  EventState state = EventState::done;
  std::string reason;  ///< why it is parked
  json::value reply;   ///< what the sender was answered; null if nothing
};

}  // namespace dw
