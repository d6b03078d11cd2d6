// When something is due next: "mon 09:00", "hourly :05", a cron expression; in a time zone, with
// daylight saving respected.
#pragma once
#include <array>
#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace dw {

/// A set of minutes, hours, days, months and weekdays, as cron has them. Where every hour is wanted
/// ("hourly", "*/15 * * * *") it is due as often as the clock passes such a minute: in an hour that
/// comes twice again, in one that is skipped not at all. Else each time of a day is due once.
class Schedule {
 public:
  /// "hourly", "hourly :05", "daily 9:00", "monday 09:00", "mon,thu 09:00", "mon-fri 09:00", or
  /// five cron fields. errors  invalid: what is wrong and what is allowed; a day that never comes
  /// ("0 0 31 2 *")
  static Result<Schedule> parse(std::string_view text);

  /// Every so often, counted from 1970: all replicas mean the same instants.
  static Schedule every(Millis interval);

  /// The first due time after `after`; nothing if the zone is unknown. A fixed local time that a
  /// clock change skips is due at the first instant after the gap; one that comes twice is due the
  /// first time.
  std::optional<TimePoint> next_after(TimePoint after, const std::string& timezone) const;

 private:
  static Result<Schedule> parse_cron(const std::vector<std::string_view>& fields);
  static Result<Schedule> parse_words(const std::vector<std::string_view>& words);
  bool has_day(std::chrono::year_month_day date) const;
  bool comes_ever() const;
  std::optional<TimePoint> next_pass(TimePoint after, const std::string& timezone) const;

  Millis interval_{0};  ///< instead of all below
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;     // of the month, 1 to 31
  std::bitset<13> months_;   // 1 to 12
  std::bitset<7> weekdays_;  // 0 = Sunday
  // Cron's oldest quirk: with both days restricted, either is enough.
  bool has_any_day_ = true, has_any_weekday_ = true;
};

/// "mon", "monday", "mon-fri", "fri-mon", and lists of them; 0 = Sunday. errors  invalid: the first
/// that is none
Result<std::bitset<7>> parse_weekdays(std::string_view text);

/// What clocks in the zone show, as if it were UTC; UTC itself where the zone is not known.
TimePoint local_time(TimePoint at, const std::string& timezone);

/// Whether the IANA database of this machine has the zone.
bool is_timezone(const std::string& name);
/// What is wrong with a zone's name, with the nearest one that there is: "unknown time zone
/// "Europe/Berln" (did you mean Europe/Berlin?)".
std::string unknown_timezone(const std::string& name);

}  // namespace dw
