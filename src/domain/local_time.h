// Local time of many instants, fast: the hour of the week in a zone, with daylight saving.
#pragma once
#include <memory>
#include <string>

#include "base/clock.h"

namespace dw {

/// One instant as a clock on the wall shows it.
struct LocalHour {
  int64_t day = 0;  ///< days since 1970-01-01, local
  int hour = 0;     ///< 0 to 23
  int weekday = 0;  ///< 0 = Monday
  int minute = 0;   ///< 0 but in zones that are off by half an hour

  int hour_of_week() const { return weekday * 24 + hour; }
};

/// A zone with its current offset at hand: consecutive instants cost a comparison each.
class LocalTime {
 public:
  /// An unknown zone is UTC; the configuration has checked it before.
  explicit LocalTime(const std::string& zone_name);
  ~LocalTime();
  LocalTime(LocalTime&&) noexcept;
  LocalTime& operator=(LocalTime&&) noexcept;

  LocalHour at(TimePoint when);
  /// at(when).hour; an hour after the last one asked for it costs next to nothing.
  int hour_of_day(TimePoint when) {
    const bool is_next = when - last_ == std::chrono::hours(1) && when < holds_until_;
    last_ = when;
    last_hour_ = !is_next ? find_hour(when) : last_hour_ == 23 ? 0 : last_hour_ + 1;
    return last_hour_;
  }
  /// "2026-11-21 15:00"
  std::string text(TimePoint when);

 private:
  struct Zone;
  int find_hour(TimePoint when);

  std::unique_ptr<Zone> zone_;
  TimePoint last_{}, holds_until_{};  // of hour_of_day(): the instant asked for, the zone's change
  int last_hour_ = 0;
};

}  // namespace dw
