// How long a ticket has waited for its first reply: office time, without the time in which it was
// part of an incident. Pure.
#pragma once
#include <optional>
#include <vector>

#include "domain/hours.h"
#include "records/joined.h"

namespace dw {

/// From when on a ticket waits, and when it did not.
struct TicketWait {
  TimePoint opened_at{};
  std::vector<JoinedSpan> joined{};  ///< oldest first
};

/// Office time where [hours] is configured and the bridge has hours, else all time.
class WaitingClock {
 public:
  /// `hours`: null where every hour counts.
  explicit WaitingClock(const OfficeHours* hours) : hours_(hours) {}

  bool is_open_at(TimePoint at) const { return hours_ == nullptr || hours_->is_open_at(at); }
  /// How much of [from, until) counts.
  Millis between(TimePoint from, TimePoint until) const;
  Millis waited(const TicketWait& wait, TimePoint until) const;
  /// The first instant at which so much was waited and the hours are open; nothing: never, or not
  /// while the ticket is part of an incident.
  std::optional<TimePoint> due(const TicketWait& wait, Millis after) const;
  /// The first open instant from `from` on at which so much of the time since then counted.
  std::optional<TimePoint> after(TimePoint from, Millis span) const;
  /// The last instant before which so much of the time until `until` counts; the first possible one
  /// where there never was so much in ten years.
  TimePoint before(TimePoint until, Millis span) const;

 private:
  const OfficeHours* hours_;
};

}  // namespace dw
