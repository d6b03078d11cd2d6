// Office hours: weekdays, a time of day from and to, holidays, in a time zone.
#pragma once
#include <bitset>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace dw {

class OfficeHours {
 public:
  /// "UTC", {"mon", "fri"}, "09:00", "17:00", {"2026-12-25"}. Hours over midnight ("22:00" to
  /// "06:00") belong to the day on which they begin.
  /// errors  invalid: what is wrong, with every problem; fields timezone, days, from, to, holidays
  static Result<OfficeHours> parse(const std::string& timezone,
                                   const std::vector<std::string>& days, const std::string& from,
                                   const std::string& to, const std::vector<std::string>& holidays);

  /// `from` is inside, `to` is outside.
  bool is_open_at(TimePoint at) const;
  /// How much of [from, until) is inside, as the clock on the wall counts it: of a night in which
  /// the clock is put forward, the hour that it skips counts.
  Millis open_between(TimePoint from, TimePoint until) const;
  /// The first instant inside at which so much has passed inside since `from`; nothing if no day is
  /// a working day.
  std::optional<TimePoint> after_open(TimePoint from, Millis span) const;

 private:
  struct Shift {
    TimePoint begin, end;  // as the clock on the wall shows them
  };
  Shift shift_of(int64_t day) const;
  bool is_working_day(int64_t day) const;

  std::string timezone_ = "UTC";
  std::bitset<7> days_;         // 0 = Sunday
  int from_ = 0, to_ = 0;       // minutes of the day
  std::set<int64_t> holidays_;  // days since 1970
};

/// "Fri 20 Nov 09:00" in a zone; in UTC if the zone is not known.
std::string local_text(TimePoint at, const std::string& timezone);
/// "3 min", "2 h 5 min", "4 d 1 h".
std::string span_text(Millis span);

}  // namespace dw
