#include "domain/hours.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "base/text.h"
#include "domain/period.h"
#include "domain/schedule.h"

namespace dw {
namespace {

constexpr std::array<std::string_view, 7> weekday_names = {"sun", "mon", "tue", "wed",
                                                           "thu", "fri", "sat"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr int minutes_of_day = 24 * 60;

/// "09:00"; "24:00" is the end of the day.
std::optional<int> minutes_in(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto number = [text](size_t at) {
    int value = 0;
    const char* last = text.data() + at + 2;
    const auto [end, failed] = std::from_chars(text.data() + at, last, value);
    return failed == std::errc{} && end == last ? value : -1;
  };
  const int hour = number(0), minute = number(3);
  const bool is_good =
      hour >= 0 && minute >= 0 && minute < 60 && hour * 60 + minute <= minutes_of_day;
  if (!is_good) return std::nullopt;
  return hour * 60 + minute;
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
    size_t number = 0;
    while (number < 7 && !equals_ignoring_case(weekday_names[number], day)) ++number;
    if (number == 7) {
      problems.push_back({"days", fmt::format("invalid weekday \"{}\" (mon, tue, …)", day)});
    } else {
      out.days_.set(number);
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

std::string local_text(TimePoint at, const std::string& timezone) {
  const TimePoint local = local_time(at, timezone);
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(midnight);
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(local - midnight).count();
  std::string weekday(weekday_names.at(std::chrono::weekday(midnight).c_encoding()));
  weekday[0] = static_cast<char>(weekday[0] - 'a' + 'A');
  return fmt::format("{} {} {} {:02}:{:02}", weekday, static_cast<unsigned>(date.day()),
                     month_names.at(static_cast<unsigned>(date.month()) - 1), minute / 60,
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
