#include "domain/hours.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/date_names.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/period.h"
#include "domain/schedule.h"

namespace dw {
namespace {

constexpr int minutes_of_day = 24 * 60;
/// Ten years: what no working day ends is not counted on for ever.
constexpr int64_t days_ahead_max = 3660;

/// "09:00", "9:00", "9"; "24:00" is the end of the day.
std::optional<int> minutes_in(std::string_view text) {
  const size_t colon = std::min(text.find(':'), text.size());
  const std::string_view minutes = colon < text.size() ? text.substr(colon + 1) : "00";
  if (colon == 0 || colon > 2 || minutes.size() != 2) return std::nullopt;
  const int hour = number_in<int>(text.substr(0, colon)).value_or(-1);
  const int minute = number_in<int>(minutes).value_or(-1);
  const bool is_good =
      hour >= 0 && minute >= 0 && minute < 60 && hour * 60 + minute <= minutes_of_day;
  if (!is_good) return std::nullopt;
  return hour * 60 + minute;
}

int64_t day_of(TimePoint local) {
  return std::chrono::floor<std::chrono::days>(local).time_since_epoch().count();
}

/// The first instant from `from` on at which the clock on the wall shows `local` or, where it skips
/// that, more. A time that comes twice is the first one.
TimePoint instant_of(TimePoint local, const std::string& timezone, TimePoint from) {
  // No zone is further than 15 hours from UTC, and none changes its clock twice in two days.
  constexpr std::chrono::hours far{26};
  const auto shows = [&timezone](TimePoint at) { return local_time(at, timezone); };
  std::optional<TimePoint> found;
  for (const TimePoint near : {local - far, local + far}) {
    const TimePoint candidate = local - (shows(near) - near);
    const bool is_it = candidate >= from && shows(candidate) == local;
    if (is_it && (!found || candidate < *found)) found = candidate;
  }
  if (found) return *found;
  if (shows(from) >= local) return from;
  TimePoint before = std::max(from, local - far), after = local + far;
  while (after - before > Millis(1)) {
    const TimePoint middle = before + (after - before) / 2;
    (shows(middle) < local ? before : after) = middle;
  }
  return after;
}

}  // namespace

Result<OfficeHours> OfficeHours::parse(const std::string& timezone,
                                       const std::vector<std::string>& days,
                                       const std::string& from, const std::string& to,
                                       const std::vector<std::string>& holidays) {
  OfficeHours out;
  std::vector<Problem> problems;
  if (!is_timezone(timezone)) {
    problems.push_back({"timezone", unknown_timezone(timezone)});
  }
  out.timezone_ = timezone;
  for (const std::string& day : days) {
    const Result<std::bitset<7>> found = parse_weekdays(day);
    if (found.ok()) {
      out.days_ |= *found;
    } else {
      problems.push_back({"days", found.error().what + " (mon, tue, …)"});
    }
  }
  const auto begin = minutes_in(from);
  const auto end = minutes_in(to);
  if (!begin)
    problems.push_back({"from", fmt::format("invalid time \"{}\" (such as 09:00)", from)});
  if (!end) problems.push_back({"to", fmt::format("invalid time \"{}\" (such as 17:00)", to)});
  out.from_ = begin.value_or(0);
  out.to_ = end.value_or(0);
  for (const std::string& holiday : holidays) {
    if (const auto day = day_named(holiday)) {
      out.holidays_.insert(*day);
    } else {
      problems.push_back(
          {"holidays", fmt::format("invalid date \"{}\" (such as 2026-12-25)", holiday)});
    }
  }
  if (problems.empty()) return out;
  return Error{.kind = ErrorKind::invalid,
               .where = "hours",
               .what = "office hours",
               .problems = std::move(problems)};
}

bool OfficeHours::is_working_day(int64_t day) const {
  // 1970-01-01 was a Thursday.
  const auto weekday = static_cast<size_t>(((day + 4) % 7 + 7) % 7);
  return days_.test(weekday) && holidays_.count(day) == 0;
}

bool OfficeHours::is_open_at(TimePoint at) const {
  const TimePoint local = local_time(at, timezone_);
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const int64_t day = midnight.time_since_epoch().count();
  const auto minute =
      static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(local - midnight).count());
  if (from_ <= to_) return is_working_day(day) && minute >= from_ && minute < to_;
  return (is_working_day(day) && minute >= from_) || (is_working_day(day - 1) && minute < to_);
}

/// Of a working day.
OfficeHours::Shift OfficeHours::shift_of(int64_t day) const {
  const TimePoint midnight{std::chrono::days(day)};
  const int to = from_ <= to_ ? to_ : to_ + minutes_of_day;
  return {midnight + std::chrono::minutes(from_), midnight + std::chrono::minutes(to)};
}

Millis OfficeHours::open_between(TimePoint from, TimePoint until) const {
  const TimePoint begin = local_time(from, timezone_);
  const TimePoint end = local_time(until, timezone_);
  Millis sum{0};
  for (int64_t day = day_of(begin) - 1; day <= day_of(end); ++day) {
    if (!is_working_day(day)) continue;
    const Shift shift = shift_of(day);
    sum += std::max(std::min(shift.end, end) - std::max(shift.begin, begin), Millis(0));
  }
  return sum;
}

std::optional<TimePoint> OfficeHours::after_open(TimePoint from, Millis span) const {
  const TimePoint begin = local_time(from, timezone_);
  const int64_t first = day_of(begin) - 1;
  for (int64_t day = first; day < first + days_ahead_max; ++day) {
    if (!is_working_day(day)) continue;
    const Shift shift = shift_of(day);
    const TimePoint start = std::max(shift.begin, begin);
    if (start >= shift.end) continue;
    if (span < shift.end - start) return instant_of(start + span, timezone_, from);
    span -= shift.end - start;
  }
  return std::nullopt;
}

std::string local_text(TimePoint at, const std::string& timezone) {
  const TimePoint local = local_time(at, timezone);
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(midnight);
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(local - midnight).count();
  return fmt::format("{} {} {} {:02}:{:02}", short_name(std::chrono::weekday(midnight)),
                     static_cast<unsigned>(date.day()), short_name(date.month()), minute / 60,
                     minute % 60);
}

std::string span_text(Millis span) {
  const int64_t minutes = std::chrono::duration_cast<std::chrono::minutes>(span).count();
  if (minutes < 60) return fmt::format("{} min", minutes);
  const int64_t hours = minutes / 60;
  if (hours < 24) {
    return minutes % 60 == 0 ? fmt::format("{} h", hours)
                             : fmt::format("{} h {} min", hours, minutes % 60);
  }
  return hours % 24 == 0 ? fmt::format("{} d", hours / 24)
                         : fmt::format("{} d {} h", hours / 24, hours % 24);
}

}  // namespace dw
