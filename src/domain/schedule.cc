#include "domain/schedule.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <vector>

#include "base/date_names.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr std::string_view allowed =
    "\"hourly\", \"hourly :05\", \"daily 09:00\", \"mon,thu 09:00\", \"mon-fri 09:00\" or five "
    "cron "
    "fields";
/// A 29th of February comes within eight years, also around 2100.
constexpr int days_ahead_max = 8 * 366 + 1;

Error wrong(std::string what) {
  return {ErrorKind::invalid, "", fmt::format("{} ({})", what, allowed)};
}

std::optional<int> number_between(std::string_view text, int low, int high) {
  const auto value = number_in<int>(text);
  return value && *value >= low && *value <= high ? value : std::nullopt;
}

template <size_t N>
std::optional<int> short_named_in(std::string_view text,
                                  const std::array<std::string_view, N>& names) {
  for (size_t i = 0; i < N; ++i) {
    if (equals_ignoring_case(text, short_name(names[i]))) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<int> weekday_in(std::string_view text) {
  for (size_t i = 0; i < weekday_names.size(); ++i) {
    if (equals_ignoring_case(text, weekday_names[i])) return static_cast<int>(i);
  }
  return short_named_in(text, weekday_names);
}

/// One cron field: its bounds and what its names stand for.
struct Field {
  std::string_view name;
  int low, high;
};

std::optional<int> value_in(std::string_view text, const Field& field) {
  if (field.name == "weekday") {
    if (const auto day = weekday_in(text)) return day;
  }
  if (field.name == "month") {
    if (const auto month = short_named_in(text, month_names)) return *month + 1;
  }
  return number_between(text, field.low, field.high);
}

/// "*", "5", "1-5", "*/15", "10-40/10", and lists of them.
template <size_t N>
Result<std::bitset<N>> parse_field(std::string_view text, const Field& field) {
  std::bitset<N> out;
  for (const std::string_view part : split(text, ',')) {
    const size_t slash = part.find('/');
    const std::string_view range = part.substr(0, slash);
    int step = 1;
    if (slash != std::string_view::npos) {
      const auto given = number_between(part.substr(slash + 1), 1, field.high);
      if (!given) return wrong(fmt::format("invalid step \"{}\" of the {}", part, field.name));
      step = *given;
    }
    int first = field.low;
    int last = field.high;
    if (range != "*") {
      const size_t dash = range.find('-');
      const auto from = value_in(range.substr(0, dash), field);
      auto to = dash == std::string_view::npos ? from : value_in(range.substr(dash + 1), field);
      // A Sunday ends a week as well as it begins one.
      if (field.name == "weekday" && from && to && *to == 0 && *from > 0) to = 7;
      if (!from || !to || *from > *to) {
        return wrong(fmt::format("invalid {} \"{}\" (from {} to {})", field.name, part, field.low,
                                 field.high));
      }
      first = *from;
      // "5/10" means from 5 on, as every cron reads it.
      last = slash != std::string_view::npos && dash == std::string_view::npos ? field.high : *to;
    }
    for (int value = first; value <= last; value += step) {
      out.set(static_cast<size_t>(field.name == "weekday" ? value % 7 : value));
    }
  }
  return out;
}

/// "09:00", "9:00"
std::optional<std::pair<int, int>> time_of_day(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2) return std::nullopt;
  const auto hour = number_between(text.substr(0, colon), 0, 23);
  const bool has_two = text.size() - colon == 3;
  const auto minute = has_two ? number_between(text.substr(colon + 1), 0, 59) : std::nullopt;
  if (!hour || !minute) return std::nullopt;
  return std::pair{*hour, *minute};
}

const date::time_zone* zone_named(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;  // the library's way to say that there is no such zone
  }
}

}  // namespace

Result<std::bitset<7>> parse_weekdays(std::string_view text) {
  std::bitset<7> out;
  for (const std::string_view part : split(text, ',')) {
    const size_t dash = part.find('-');
    const auto from = weekday_in(part.substr(0, dash));
    const auto to = dash == std::string_view::npos ? from : weekday_in(part.substr(dash + 1));
    if (!from || !to) {
      return Error{ErrorKind::invalid, "", fmt::format("invalid weekday \"{}\"", part)};
    }
    for (int day = *from;; day = (day + 1) % 7) {
      out.set(static_cast<size_t>(day));
      if (day == *to) break;
    }
  }
  return out;
}

TimePoint local_time(TimePoint at, const std::string& timezone) {
  const date::time_zone* zone = zone_named(timezone);
  if (zone == nullptr) return at;
  return TimePoint(zone->to_local(at).time_since_epoch());
}

bool is_timezone(const std::string& name) {
  return zone_named(name) != nullptr;
}

std::string unknown_timezone(const std::string& name) {
  std::vector<std::string> names;
  for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  const std::string* nearest = nearest_of(name, names);
  const std::string hint =
      nearest == nullptr ? "such as Europe/Berlin" : fmt::format("did you mean {}?", *nearest);
  return fmt::format("unknown time zone \"{}\" ({})", name, hint);
}

Result<Schedule> Schedule::parse(std::string_view text) {
  std::vector<std::string_view> words;
  const std::string spaced = replace_all(std::string(trim(text)), "\t", " ");
  for (const std::string_view word : split(spaced, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  if (words.size() == 5) return parse_cron(words);
  return parse_words(words);
}

Result<Schedule> Schedule::parse_cron(const std::vector<std::string_view>& fields) {
  Schedule out;
  DW_TRY(out.minutes_, parse_field<60>(fields[0], {"minute", 0, 59}));
  DW_TRY(out.hours_, parse_field<24>(fields[1], {"hour", 0, 23}));
  DW_TRY(out.days_, parse_field<32>(fields[2], {"day", 1, 31}));
  DW_TRY(out.months_, parse_field<13>(fields[3], {"month", 1, 12}));
  DW_TRY(out.weekdays_, parse_field<7>(fields[4], {"weekday", 0, 7}));
  out.has_any_day_ = fields[2].starts_with('*');
  out.has_any_weekday_ = fields[4].starts_with('*');
  if (!out.comes_ever()) {
    return wrong(fmt::format("day {} of month {} never comes", fields[2], fields[3]));
  }
  return out;
}

Result<Schedule> Schedule::parse_words(const std::vector<std::string_view>& words) {
  Schedule out;
  out.days_.set();
  out.months_.set();
  out.weekdays_.set();
  if (words.empty() || words.size() > 2) return wrong("invalid schedule");
  if (words.size() == 1 && time_of_day(words[0])) {
    return wrong(fmt::format("invalid schedule \"{}\": write \"daily {}\"", words[0], words[0]));
  }
  const bool is_word = equals_ignoring_case(words[0], "hourly") ||
                       equals_ignoring_case(words[0], "daily") || parse_weekdays(words[0]).ok();
  if (words.size() == 1 && !is_word) {
    return wrong(fmt::format("invalid schedule \"{}\"", words[0]));
  }
  if (equals_ignoring_case(words[0], "hourly")) {
    out.hours_.set();
    if (words.size() == 1) {
      out.minutes_.set(0);
      return out;
    }
    const bool has_colon = words[1].size() == 3 && words[1][0] == ':';
    const auto minute = has_colon ? number_between(words[1].substr(1), 0, 59) : std::nullopt;
    if (!minute) return wrong(fmt::format("invalid minute \"{}\" (such as :05)", words[1]));
    out.minutes_.set(static_cast<size_t>(*minute));
    return out;
  }
  if (!equals_ignoring_case(words[0], "daily")) {
    out.has_any_weekday_ = false;
    const Result<std::bitset<7>> days = parse_weekdays(words[0]);
    if (!days.ok()) return wrong(days.error().what);
    out.weekdays_ = *days;
  }
  const auto time = words.size() == 2 ? time_of_day(words[1]) : std::nullopt;
  if (!time) return wrong("a time of day such as 09:00 is missing");
  out.hours_.set(static_cast<size_t>(time->first));
  out.minutes_.set(static_cast<size_t>(time->second));
  return out;
}

bool Schedule::has_day(std::chrono::year_month_day date) const {
  if (!months_.test(static_cast<unsigned>(date.month()))) return false;
  const bool is_day = days_.test(static_cast<unsigned>(date.day()));
  const unsigned weekday = std::chrono::weekday(std::chrono::sys_days(date)).c_encoding();
  const bool is_weekday = weekdays_.test(weekday);
  if (has_any_day_ || has_any_weekday_) return is_day && is_weekday;
  return is_day || is_weekday;
}

bool Schedule::comes_ever() const {
  const std::chrono::sys_days first = std::chrono::year(2024) / 1 / 1;  // a leap year
  for (int day = 0; day < 4 * 366; ++day) {
    if (has_day(std::chrono::year_month_day(first + std::chrono::days(day)))) return true;
  }
  return false;
}

/// As the clock goes: minute by minute, hour by hour where the day is none of ours.
std::optional<TimePoint> Schedule::next_pass(TimePoint after, const std::string& timezone) const {
  using std::chrono::floor, std::chrono::minutes, std::chrono::hours;
  const date::time_zone* zone = zone_named(timezone);
  const TimePoint end = after + hours(24) * days_ahead_max;
  for (TimePoint at = floor<minutes>(after) + minutes(1); at < end;) {
    const TimePoint shown(zone->to_local(at).time_since_epoch());
    const auto day = floor<std::chrono::days>(shown);
    const auto minute = static_cast<size_t>((shown - day) / minutes(1) % 60);
    if (!has_day(std::chrono::year_month_day(day))) {
      // To the end of the hour: clocks change at whole minutes, not always at whole hours.
      at += minutes(60 - static_cast<int>(minute));
    } else if (minutes_.test(minute)) {
      return at;
    } else {
      at += minutes(1);
    }
  }
  return std::nullopt;
}

Schedule Schedule::every(Millis interval) {
  Schedule out;
  out.interval_ = std::max(interval, Millis(1));
  return out;
}

std::optional<TimePoint> Schedule::next_after(TimePoint after, const std::string& timezone) const {
  if (interval_.count() > 0) {
    const int64_t passed = after.time_since_epoch().count() / interval_.count();
    return TimePoint(interval_ * (passed + 1));
  }
  const date::time_zone* zone = zone_named(timezone);
  if (zone == nullptr) return std::nullopt;
  if (hours_.all()) return next_pass(after, timezone);
  const auto local = zone->to_local(after);
  // One day back: a time that a clock change skipped yesterday may be due only today.
  const auto first_day = date::floor<date::days>(local) - date::days(1);
  for (int ahead = 0; ahead < days_ahead_max; ++ahead) {
    const auto day = first_day + date::days(ahead);
    const auto as_sys = std::chrono::sys_days(std::chrono::days(day.time_since_epoch().count()));
    if (!has_day(std::chrono::year_month_day(as_sys))) continue;
    for (size_t hour = 0; hour < 24; ++hour) {
      if (!hours_.test(hour)) continue;
      for (size_t minute = 0; minute < 60; ++minute) {
        if (!minutes_.test(minute)) continue;
        const auto wanted = day + std::chrono::hours(hour) + std::chrono::minutes(minute);
        const auto instant = zone->to_sys(wanted, date::choose::earliest);
        const TimePoint at(instant.time_since_epoch());
        if (at > after) return at;
      }
    }
  }
  return std::nullopt;
}

}  // namespace dw
