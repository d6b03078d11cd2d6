#include "domain/schedule.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "base/text.h"

namespace dw {
namespace {

constexpr std::string_view allowed =
    "\"hourly\", \"hourly :05\", \"daily 09:00\", \"mon,thu 09:00\" or five cron fields";
constexpr int days_ahead_max = 5 * 366;

constexpr std::array<std::string_view, 7> weekday_names = {"sun", "mon", "tue", "wed",
                                                           "thu", "fri", "sat"};
constexpr std::array<std::string_view, 12> month_names = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};

Error wrong(std::string what) {
  return {ErrorKind::invalid, "", fmt::format("{} ({})", what, allowed)};
}

std::optional<int> number_in(std::string_view text, int low, int high) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = failed == std::errc{} && end == text.data() + text.size();
  if (!is_whole || value < low || value > high) return std::nullopt;
  return value;
}

template <size_t N>
std::optional<int> named_in(std::string_view text, const std::array<std::string_view, N>& names) {
  for (size_t i = 0; i < N; ++i) {
    if (equals_ignoring_case(text, names[i])) return static_cast<int>(i);
  }
  return std::nullopt;
}

/// One cron field: its bounds and what its names stand for.
struct Field {
  std::string_view name;
  int low, high;
};

std::optional<int> value_in(std::string_view text, const Field& field) {
  if (field.name == "weekday") {
    if (const auto day = named_in(text, weekday_names)) return day;
  }
  if (field.name == "month") {
    if (const auto month = named_in(text, month_names)) return *month + 1;
  }
  return number_in(text, field.low, field.high);
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
      const auto given = number_in(part.substr(slash + 1), 1, field.high);
      if (!given) return wrong(fmt::format("invalid step \"{}\" of the {}", part, field.name));
      step = *given;
    }
    int first = field.low;
    int last = field.high;
    if (range != "*") {
      const size_t dash = range.find('-');
      const auto from = value_in(range.substr(0, dash), field);
      const auto to =
          dash == std::string_view::npos ? from : value_in(range.substr(dash + 1), field);
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

std::optional<std::pair<int, int>> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = number_in(text.substr(0, 2), 0, 23);
  const auto minute = number_in(text.substr(3), 0, 59);
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

TimePoint local_time(TimePoint at, const std::string& timezone) {
  const date::time_zone* zone = zone_named(timezone);
  if (zone == nullptr) return at;
  return TimePoint(zone->to_local(at).time_since_epoch());
}

bool is_timezone(const std::string& name) {
  return zone_named(name) != nullptr;
}

Result<Schedule> Schedule::parse(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(trim(text), ' ')) {
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
  return out;
}

Result<Schedule> Schedule::parse_words(const std::vector<std::string_view>& words) {
  Schedule out;
  out.days_.set();
  out.months_.set();
  out.weekdays_.set();
  if (words.empty() || words.size() > 2) return wrong("invalid schedule");
  if (equals_ignoring_case(words[0], "hourly")) {
    out.hours_.set();
    if (words.size() == 1) {
      out.minutes_.set(0);
      return out;
    }
    const bool has_colon = words[1].size() == 3 && words[1][0] == ':';
    const auto minute = has_colon ? number_in(words[1].substr(1), 0, 59) : std::nullopt;
    if (!minute) return wrong(fmt::format("invalid minute \"{}\" (such as :05)", words[1]));
    out.minutes_.set(static_cast<size_t>(*minute));
    return out;
  }
  if (!equals_ignoring_case(words[0], "daily")) {
    out.weekdays_.reset();
    out.has_any_weekday_ = false;
    for (const std::string_view name : split(words[0], ',')) {
      const auto day = named_in(name, weekday_names);
      if (!day) return wrong(fmt::format("invalid weekday \"{}\"", name));
      out.weekdays_.set(static_cast<size_t>(*day));
    }
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

std::optional<TimePoint> Schedule::next_after(TimePoint after, const std::string& timezone) const {
  const date::time_zone* zone = zone_named(timezone);
  if (zone == nullptr) return std::nullopt;
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
