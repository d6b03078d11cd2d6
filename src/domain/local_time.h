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
  /// "2026-11-21 15:00"
  std::string text(TimePoint when);

 private:
  struct Zone;
  std::unique_ptr<Zone> zone_;
};

/// "2026-11-21" of a day number.
std::string day_text(int64_t day);

}  // namespace dw
