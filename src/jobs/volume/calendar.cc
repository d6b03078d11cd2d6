#include "jobs/volume/calendar.h"

#include <fmt/format.h>
#include <libical/ical.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/text.h"
#include "domain/local_time.h"

namespace dw {
namespace {

constexpr int year_max = 2100;
constexpr int64_t day_seconds = 86'400;
/// Beyond these somebody's calendar is no list of holidays.
constexpr size_t starts_per_event_max = 50'000;
constexpr int64_t days_per_start_max = 366;
constexpr size_t shown_max = 60;

/// A property: "DTSTART;VALUE=DATE:20261225", in lower case but for the value.
struct Property {
  size_t line = 0;
  std::string name, tzid, range, value;
};

struct CalendarEvent {
  size_t line = 0;
  std::vector<Property> properties;

  const Property* find(std::string_view name) const {
    for (const Property& one : properties) {
      if (one.name == name) return &one;
    }
    return nullptr;
  }
  std::string text(std::string_view name) const {
    const Property* found = find(name);
    return found == nullptr ? "" : found->value;
  }
};

/// Lines of a file without their folds, each with the number of its first line.
struct LogicalLine {
  size_t number = 0;
  std::string text;
};

std::vector<LogicalLine> unfold(std::string_view text) {
  std::vector<LogicalLine> out;
  const char end = text.find('\n') == std::string_view::npos ? '\r' : '\n';
  size_t number = 0;
  for (std::string_view line : split(text, end)) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool is_fold = !line.empty() && (line[0] == ' ' || line[0] == '\t');
    if (is_fold && !out.empty()) {
      out.back().text += line.substr(1);
    } else if (!trim(line).empty()) {
      out.push_back({number, std::string(line)});
    }
  }
  return out;
}

/// Where a character stands outside of quotes; npos if nowhere.
size_t find_unquoted(std::string_view text, char wanted) {
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (!is_quoted && text[i] == wanted) return i;
  }
  return std::string_view::npos;
}

std::optional<Property> property_in(const LogicalLine& line) {
  std::string_view rest = line.text;
  const size_t colon = find_unquoted(rest, ':');
  if (colon == std::string_view::npos) return std::nullopt;
  Property out{.line = line.number, .value = std::string(trim(rest.substr(colon + 1)))};
  rest = rest.substr(0, colon);
  size_t end = std::min(find_unquoted(rest, ';'), rest.size());
  out.name = to_lower(trim(rest.substr(0, end)));
  while (end < rest.size()) {
    rest = rest.substr(end + 1);
    end = std::min(find_unquoted(rest, ';'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    const size_t equals = std::min(parameter.find('='), parameter.size());
    std::string value(parameter.substr(std::min(equals + 1, parameter.size())));
    std::erase(value, '"');
    const std::string name = to_lower(trim(parameter.substr(0, equals)));
    if (name == "range") out.range = to_lower(value);
    if (name == "tzid") out.tzid = std::move(value);
  }
  return out;
}

struct FreeZone {
  void operator()(icaltimezone* zone) const { icaltimezone_free(zone, 1); }
};
using OwnZone = std::unique_ptr<icaltimezone, FreeZone>;

/// What a calendar consists of, as far as it matters here.
class CalendarFile {
 public:
  CalendarFile(std::string_view text, std::vector<std::string>& unused) : unused_(unused) {
    for (const LogicalLine& line : unfold(text)) add(line);
    while (!open_.empty()) close();
  }
  const std::vector<CalendarEvent>& events() const { return events_; }

  /// The zone of a TZID: the file's own, else one of the system; null if there is none.
  const icaltimezone* zone(const std::string& tzid) {
    if (const auto found = zones_.find(tzid); found != zones_.end()) return found->second.get();
    const icaltimezone* known = icaltimezone_get_builtin_timezone(tzid.c_str());
    return known != nullptr ? known : icaltimezone_get_builtin_timezone_from_tzid(tzid.c_str());
  }
  void report(size_t line, const std::string& what) {
    unused_.push_back(fmt::format("line {}: {}", line, what));
  }

 private:
  bool is_in(std::string_view component) const {
    return std::find(open_.begin(), open_.end(), component) != open_.end();
  }

  void add(const LogicalLine& line) {
    const std::optional<Property> property = property_in(line);
    if (!property) {
      if (is_in("vevent")) report(line.number, "not a property (NAME:VALUE)");
      return;
    }
    const std::string component = to_lower(property->value);
    if (is_in("vtimezone") || (property->name == "begin" && component == "vtimezone")) {
      zone_text_ += line.text + "\r\n";
    }
    if (property->name == "begin") {
      open_.push_back(component);
      if (component == "vevent") events_.push_back({.line = line.number, .properties = {}});
    } else if (property->name == "end") {
      if (!is_in(component)) return;
      while (open_.back() != component) close();
      open_.pop_back();
      if (component == "vtimezone") add_zone(line.number);
    } else if (!open_.empty() && open_.back() == "vevent") {
      events_.back().properties.push_back(*property);
    }
  }

  /// The innermost component, which has no end of its own.
  void close() {
    if (open_.back() == "vevent") {
      report(events_.back().line, "this event does not end; the file may be cut off");
      events_.pop_back();
    }
    open_.pop_back();
  }

  void add_zone(size_t line) {
    icalcomponent* component = icalcomponent_new_from_string(zone_text_.c_str());
    zone_text_.clear();
    OwnZone zone(icaltimezone_new());
    if (component == nullptr || icaltimezone_set_component(zone.get(), component) == 0) {
      if (component != nullptr) icalcomponent_free(component);
      return report(line, "the time zone that ends here can't be read");
    }
    const char* tzid = icaltimezone_get_tzid(zone.get());
    if (tzid != nullptr) zones_[tzid] = std::move(zone);
  }

  std::vector<std::string>& unused_;
  std::vector<std::string> open_;  // components, the innermost last
  std::vector<CalendarEvent> events_;
  std::map<std::string, OwnZone> zones_;
  std::string zone_text_;
};

/// libical reads values in capitals, and names in any case.
std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

bool is_sound(const icaltimetype& time) {
  return time.year >= 1900 && time.year < 10'000 && time.month >= 1 && time.month <= 12 &&
         time.day >= 1 && time.day <= icaltime_days_in_month(time.month, time.year) &&
         time.hour >= 0 && time.hour < 24 && time.minute >= 0 && time.minute < 60 &&
         time.second >= 0 && time.second <= 60;
}

/// The clock on the wall, as seconds since 1970 as if it were UTC.
int64_t wall_of(const icaltimetype& time) {
  icaltimetype floating = time;
  floating.zone = nullptr;
  floating.is_date = 0;
  return icaltime_as_timet(floating);
}

int64_t day_of(int64_t seconds) {
  return std::chrono::floor<std::chrono::days>(std::chrono::seconds(seconds)).count();
}

/// One event, spread over the days on which it takes place.
class Expansion {
 public:
  Expansion(CalendarFile& file, const CalendarEvent& event, LocalTime& local)
      : file_(file), event_(event), local_(local) {}

  /// False if it does not say when it begins.
  bool begin() {
    const Property* from = event_.find("dtstart");
    const auto start = from == nullptr ? std::nullopt : time_in(*from, from->value);
    if (!start) {
      file_.report(from == nullptr ? event_.line : from->line,
                   fmt::format("event \"{}\" does not say when it begins (DTSTART)",
                               cut_characters(event_.text("summary"), shown_max)));
      return false;
    }
    start_ = *start;
    length_ = length();
    add(start_, length_);
    return true;
  }
  void repeat() {
    for (const Property& one : event_.properties) {
      if (one.name == "rrule") {
        for (const icaltimetype& time : times_by(one)) add(time, length_);
      } else if (one.name == "rdate") {
        each_value(one, [&](const icaltimetype& time, std::optional<int64_t> seconds) {
          add(time, seconds.value_or(length_));
        });
      }
    }
  }
  void leave_out() {
    for (const Property& one : event_.properties) {
      if (one.name == "exrule") {
        for (const icaltimetype& time : times_by(one)) remove(time);
      } else if (one.name == "exdate") {
        each_value(one, [&](const icaltimetype& time, std::optional<int64_t>) { remove(time); });
      }
    }
  }
  /// Another event stands in the place of one occurrence.
  void leave_out(const Property& recurrence_id) {
    if (!recurrence_id.range.empty()) {
      file_.report(recurrence_id.line, "RANGE is not supported; only this one occurrence changes");
    }
    if (const auto time = time_in(recurrence_id, recurrence_id.value)) remove(*time);
  }

  void days(std::vector<int64_t>& out) {
    for (const auto& [wall, seconds] : starts_) {
      const auto [first, last] = span(wall, std::max<int64_t>(seconds, 1));
      for (int64_t day = first; day <= std::min(last, first + days_per_start_max - 1); ++day) {
        out.push_back(day);
      }
      if (last - first < days_per_start_max) continue;
      file_.report(event_.line,
                   fmt::format("this event lasts longer than {} days; only those count",
                               days_per_start_max));
    }
  }

 private:
  std::optional<icaltimetype> time_in(const Property& from, const std::string& value) {
    icaltimetype out = icaltime_from_string(upper(value).c_str());
    if (icaltime_is_null_time(out) || !is_sound(out)) return std::nullopt;
    if (out.is_date != 0 || icaltime_is_utc(out) || from.tzid.empty()) return out;
    const icaltimezone* zone = file_.zone(from.tzid);
    if (zone == nullptr) {
      file_.report(from.line, fmt::format("unknown time zone \"{}\"; its times count as local ones",
                                          cut_characters(from.tzid, shown_max)));
    }
    return icaltime_set_timezone(&out, zone);
  }

  /// Of this event's first start, in seconds; whole days where it has no times.
  int64_t length() {
    const int64_t usual = start_.is_date != 0 ? day_seconds : 0;
    const Property* until = event_.find("dtend");
    const Property* duration = event_.find("duration");
    const Property* said = until != nullptr ? until : duration;
    if (said == nullptr) return usual;
    std::optional<int64_t> seconds;
    if (until != nullptr) {
      if (const auto end = time_in(*until, until->value)) {
        seconds = wall_of(in_zone(*end)) - wall_of(start_);
      }
    } else {
      seconds = seconds_in(duration->value);
    }
    // Some programs write the first day as the last one.
    if (seconds == 0) return usual;
    if (seconds && *seconds > 0) return *seconds;
    file_.report(said->line, fmt::format("\"{}\" is no end after the start; it counts as {}",
                                         cut_characters(said->value, shown_max),
                                         usual > 0 ? "one day" : "the day of its start"));
    return usual;
  }

  static std::optional<int64_t> seconds_in(const std::string& duration) {
    const icaldurationtype read = icaldurationtype_from_string(upper(duration).c_str());
    if (icaldurationtype_is_bad_duration(read) != 0) return std::nullopt;
    return icaldurationtype_as_int(read);
  }

  /// The same instant on this event's clock.
  icaltimetype in_zone(const icaltimetype& time) const {
    if (start_.zone == nullptr || time.zone == nullptr || time.is_date != 0) return time;
    return icaltime_convert_to_zone(time, const_cast<icaltimezone*>(start_.zone));
  }

  int64_t start_of(const icaltimetype& time) const {
    const int64_t wall = wall_of(in_zone(time));
    return start_.is_date != 0 ? day_of(wall) * day_seconds : wall;
  }
  void add(const icaltimetype& time, int64_t seconds) { starts_.emplace(start_of(time), seconds); }
  void remove(const icaltimetype& time) {
    const int64_t start = start_of(time);
    if (time.is_date == 0 || start_.is_date != 0) {
      starts_.erase(start);
    } else {
      // A date takes away whatever begins on that day.
      starts_.erase(starts_.lower_bound(start), starts_.lower_bound(start + day_seconds));
    }
  }

  std::vector<icaltimetype> times_by(const Property& rule) {
    std::vector<icaltimetype> out;
    icalerror_clear_errno();
    const icalrecurrencetype read = icalrecurrencetype_from_string(upper(rule.value).c_str());
    icalrecur_iterator* each =
        read.freq == ICAL_NO_RECURRENCE ? nullptr : icalrecur_iterator_new(read, start_);
    if (each == nullptr) {
      file_.report(rule.line, fmt::format("rule \"{}\" can't be read; the event counts without it",
                                          cut_characters(rule.value, shown_max)));
      return out;
    }
    for (;;) {
      const icaltimetype time = icalrecur_iterator_next(each);
      if (icaltime_is_null_time(time) || time.year > year_max) break;
      if (out.size() == starts_per_event_max) {
        file_.report(rule.line, fmt::format("the event repeats too often; it counts until {}-{:02}",
                                            time.year, time.month));
        break;
      }
      out.push_back(time);
    }
    icalrecur_iterator_free(each);
    return out;
  }

  template <class Use>
  void each_value(const Property& list, const Use& use) {
    for (const std::string_view one : split(list.value, ',')) {
      const std::string value(trim(one));
      const size_t slash = value.find('/');  // a period: start/end or start/duration
      const auto time = time_in(list, value.substr(0, slash));
      if (!time) {
        file_.report(list.line, fmt::format("\"{}\" is no date", cut_characters(value, shown_max)));
        continue;
      }
      std::optional<int64_t> seconds;
      if (slash != std::string::npos) {
        const std::string end = value.substr(slash + 1);
        const auto until = time_in(list, end);
        seconds = until ? std::optional(wall_of(*until) - wall_of(*time)) : seconds_in(end);
      }
      use(*time, seconds);
    }
  }

  /// The first and the last local day of what begins at `wall` on this event's clock.
  std::pair<int64_t, int64_t> span(int64_t wall, int64_t seconds) {
    const int64_t last = wall + seconds - 1;
    if (start_.is_date != 0 || start_.zone == nullptr) return {day_of(wall), day_of(last)};
    const auto local_day = [this](int64_t clock) {
      icaltimetype time = icaltime_from_timet_with_zone(clock, 0, nullptr);
      const time_t instant =
          icaltime_as_timet_with_zone(time, const_cast<icaltimezone*>(start_.zone));
      return local_.at(TimePoint(std::chrono::seconds(instant))).day;
    };
    return {local_day(wall), local_day(last)};
  }

  CalendarFile& file_;
  const CalendarEvent& event_;
  LocalTime& local_;
  icaltimetype start_{};
  int64_t length_ = 0;
  std::map<int64_t, int64_t> starts_;  // on this event's clock, with their length in seconds
};

bool is_cancelled(const CalendarEvent& event) {
  return equals_ignoring_case(event.text("status"), "cancelled");
}

/// Returns how many events say when they take place.
size_t expand(CalendarFile& file, LocalTime& local, std::vector<int64_t>& out) {
  std::multimap<std::string, const Property*> moved;  // by UID: occurrences with an event of theirs
  for (const CalendarEvent& event : file.events()) {
    if (const Property* id = event.find("recurrence-id")) moved.emplace(event.text("uid"), id);
  }
  size_t used = 0;
  for (const CalendarEvent& event : file.events()) {
    if (is_cancelled(event)) {
      ++used;
      continue;
    }
    Expansion one(file, event, local);
    if (!one.begin()) continue;
    ++used;
    if (event.find("recurrence-id") == nullptr) {
      one.repeat();
      one.leave_out();
      const auto [first, last] = moved.equal_range(event.text("uid"));
      for (auto id = first; id != last; ++id) one.leave_out(*id->second);
    }
    one.days(out);
  }
  return used;
}

}  // namespace

Result<Holidays> read_calendar(std::string_view text, const std::string& timezone) {
  icalerror_set_errors_are_fatal(0);
  Holidays out;
  CalendarFile file(text, out.unused);
  LocalTime local(timezone);
  if (expand(file, local, out.days) > 0) return out;
  return Error{ErrorKind::invalid, "",
               out.unused.empty() ? "the calendar has no event"
                                  : "no event of the calendar can be used: " + out.unused.front()};
}

}  // namespace dw
