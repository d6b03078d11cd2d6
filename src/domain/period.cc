#include "domain/period.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <array>

#include "base/date_names.h"
#include "base/text.h"

namespace dw {
namespace {

std::chrono::year_month_day date_of(int64_t day) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day)));
}

int year_of(std::chrono::year_month_day date) {
  return static_cast<int>(date.year());
}

/// Takes `least` to `most` digits off the front.
std::optional<int> take_number(std::string_view& text, size_t least, size_t most) {
  int value = 0;
  size_t digits = 0;
  while (digits < most && digits < text.size() && is_digit(text[digits])) {
    value = value * 10 + (text[digits] - '0');
    ++digits;
  }
  if (digits < least) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

std::optional<int> take_month_name(std::string_view& text, bool is_long) {
  for (size_t i = 0; i < month_names.size(); ++i) {
    const std::string_view name = is_long ? month_names[i] : short_name(month_names[i]);
    if (!equals_ignoring_case(text.substr(0, name.size()), name)) continue;
    text.remove_prefix(name.size());
    return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

/// "Z", "UTC", "+01:00", "+0100", "+01".
std::optional<int> take_zone(std::string_view& text) {
  for (const std::string_view name : {"Z", "UTC", "GMT"}) {
    if (!equals_ignoring_case(text.substr(0, name.size()), name)) continue;
    text.remove_prefix(name.size());
    return 0;
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, 2);
  if (!hours || *hours > 14) return std::nullopt;
  if (text.starts_with(':')) text.remove_prefix(1);
  if (text.empty() || text[0] < '0' || text[0] > '9') return hours;
  const auto minutes = take_number(text, 2, 2);
  return minutes && *minutes < 60 ? hours : std::nullopt;
}

/// "AM", "p.m."
std::optional<int> take_half_of_day(std::string_view& text) {
  for (const std::string_view name : {"a.m.", "p.m.", "am", "pm"}) {
    if (!equals_ignoring_case(text.substr(0, name.size()), name)) continue;
    text.remove_prefix(name.size());
    return 0;
  }
  return std::nullopt;
}

struct Parts {
  int year = 0, month = 0, day = 0;
};

/// One %x of a format; false if the text has something else there.
bool take_part(char part, std::string_view& text, Parts& out) {
  std::optional<int> value;
  switch (part) {
    case 'd':
      value = take_number(text, 1, 2);
      out.day = value.value_or(0);
      break;
    case 'm':
      value = take_number(text, 1, 2);
      out.month = value.value_or(0);
      break;
    case 'b':
    case 'B':
      value = take_month_name(text, part == 'B');
      out.month = value.value_or(0);
      break;
    case 'Y':
      value = take_number(text, 4, 4);
      out.year = value.value_or(0);
      break;
    case 'y':
      value = take_number(text, 2, 2);
      out.year = 2000 + value.value_or(0);
      break;
    case 'f':
      value = take_number(text, 1, 9);
      break;
    case 'p':
      value = take_half_of_day(text);
      break;
    case 'z':
      value = take_zone(text);
      break;
    default:
      value = take_number(text, 1, 2);  // %H %I %M %S
  }
  return value.has_value();
}

}  // namespace

int32_t local_day(TimePoint at, const std::string& timezone) {
  const auto utc = std::chrono::floor<std::chrono::days>(at).time_since_epoch().count();
  try {
    const auto local = date::locate_zone(timezone)->to_local(at);
    return static_cast<int32_t>(date::floor<date::days>(local).time_since_epoch().count());
  } catch (const std::exception&) {
    return static_cast<int32_t>(utc);  // the library's way to say that there is no such zone
  }
}

std::string period_of(Every every, int32_t day) {
  const auto date = date_of(day);
  if (every == Every::day) return day_text(day);
  if (every == Every::month) {
    return fmt::format("{:04}-{:02}", year_of(date), static_cast<unsigned>(date.month()));
  }
  // An ISO week belongs to the year of its Thursday. 1970-01-01 was one.
  const int32_t weekday = ((day + 3) % 7 + 7) % 7;  // 0 = Monday
  const int32_t thursday = day - weekday + 3;
  const auto year = date_of(thursday).year();
  const auto first = std::chrono::sys_days(year / std::chrono::January / 1);
  const int week = (thursday - static_cast<int32_t>(first.time_since_epoch().count())) / 7 + 1;
  return fmt::format("{:04}-W{:02}", static_cast<int>(year), week);
}

void append_day(std::string& out, int64_t day) {
  const auto date = date_of(day);
  const int year = year_of(date);
  const auto month = static_cast<unsigned>(date.month()),
             in_month = static_cast<unsigned>(date.day());
  if (year < 0 || year > 9999) {
    out += fmt::format("{:04}-{:02}-{:02}", year, month, in_month);
    return;
  }
  // Of reports there are millions of them.
  out += "0000-00-00";
  const auto put = [&out](size_t from_end, unsigned number) {
    char* at = out.data() + out.size() - from_end;
    for (; number > 0; number /= 10) *at-- += static_cast<char>(number % 10);
  };
  put(7, static_cast<unsigned>(year));
  put(4, month);
  put(1, in_month);
}

std::string day_text(int64_t day) {
  std::string out;
  append_day(out, day);
  return out;
}

unsigned day_of_month(int32_t day) {
  return static_cast<unsigned>(date_of(day).day());
}

std::string day_with_month_name(int32_t day) {
  const auto date = date_of(day);
  return fmt::format("{:02}-{}-{:04}", static_cast<unsigned>(date.day()), short_name(date.month()),
                     year_of(date));
}

std::optional<int32_t> day_named(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  return parse_day(text, "%Y-%m-%d");
}

std::optional<int32_t> parse_day(std::string_view text, std::string_view format) {
  Parts parts;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%' && i + 1 < format.size()) {
      if (!take_part(format[++i], text, parts)) return std::nullopt;
    } else {
      if (text.empty() || text.front() != format[i]) return std::nullopt;
      text.remove_prefix(1);
    }
  }
  if (!text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(parts.year),
                                         std::chrono::month(static_cast<unsigned>(parts.month)),
                                         std::chrono::day(static_cast<unsigned>(parts.day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::optional<int32_t> parse_iso_day(std::string_view text) {
  const auto day = day_named(text.substr(0, 10));
  if (!day || text.size() == 10) return day;
  const bool has_time = text.size() > 10 && (text[10] == 'T' || text[10] == 't' || text[10] == ' ');
  if (!has_time) return std::nullopt;
  text.remove_prefix(11);
  const auto hours = take_number(text, 2, 2);
  if (!hours || *hours > 24) return std::nullopt;
  for (int i = 0; i < 2 && text.starts_with(':'); ++i) {
    text.remove_prefix(1);
    const auto sixtieths = take_number(text, 2, 2);
    if (!sixtieths || *sixtieths > 60) return std::nullopt;
  }
  if (text.starts_with('.') || text.starts_with(',')) {
    text.remove_prefix(1);
    if (!take_number(text, 1, 9)) return std::nullopt;
  }
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) return day;
  return take_zone(text) && text.empty() ? day : std::nullopt;
}

std::span<const std::string_view> usual_day_formats() {
  static constexpr std::array<std::string_view, 30> formats = {
      "%d/%m/%Y",          "%m/%d/%Y",       "%d.%m.%Y",          "%d-%m-%Y",
      "%m-%d-%Y",          "%Y/%m/%d",       "%d/%m/%y",          "%m/%d/%y",
      "%d.%m.%y",          "%d-%m-%y",       "%d-%b-%Y",          "%d-%b-%y",
      "%d %b %Y",          "%d %B %Y",       "%b %d, %Y",         "%B %d, %Y",
      "%d/%m/%Y %H:%M",    "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M",    "%d/%m/%Y %H:%M:%S",
      "%m/%d/%Y %H:%M:%S", "%Y.%m.%d",       "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M %p",
      "%m/%d/%y %I:%M %p", "%Y%m%d",         "%d-%m-%Y %H:%M",    "%d-%m-%Y %H:%M:%S",
      "%m-%d-%Y %H:%M",    "%Y/%m/%d %H:%M"};
  return formats;
}

std::string check_day_format(const std::string& format) {
  bool has_day = false, has_month = false, has_year = false;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    const char part = i + 1 < format.size() ? format[++i] : ' ';
    has_day = has_day || part == 'd';
    has_month = has_month || part == 'm' || part == 'b' || part == 'B';
    has_year = has_year || part == 'Y' || part == 'y';
    if (std::string_view("dmbBYyHIMSfpz").find(part) == std::string_view::npos) {
      return fmt::format("%{} is not known (%d %m %b %B %Y %y %H %I %M %S %f %p %z)", part);
    }
  }
  if (has_day && has_month && has_year) return "";
  return "must have a day, a month and a year (\"%d/%m/%Y\")";
}

}  // namespace dw
