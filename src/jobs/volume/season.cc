#include "jobs/volume/season.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace dw {
namespace {

constexpr int years_ahead = 50;
constexpr int64_t days_per_event_max = 60;

std::optional<int64_t> day_in(std::string_view text) {
  if (text.size() < 8) return std::nullopt;
  const bool is_basic = text[4] != '-';
  const std::string written =
      is_basic ? fmt::format("{}-{}-{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2))
               : std::string(text.substr(0, 10));
  const auto at = from_rfc3339(written);
  if (!at) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*at).time_since_epoch().count();
}

struct CalendarEvent {
  std::optional<int64_t> from, until;
  bool is_yearly = false;
};

void add_days(const CalendarEvent& event, std::vector<int64_t>& out) {
  if (!event.from) return;
  const int64_t until = event.until.value_or(*event.from + 1);
  const int64_t days = std::clamp<int64_t>(until - *event.from, 1, days_per_event_max);
  const std::chrono::year_month_day first{std::chrono::sys_days(std::chrono::days(*event.from))};
  for (int year = 0; year <= (event.is_yearly ? years_ahead : 0); ++year) {
    const auto date = first + std::chrono::years(year);
    if (!date.ok()) continue;  // 29 February
    const int64_t start = std::chrono::sys_days(date).time_since_epoch().count();
    for (int64_t day = 0; day < days; ++day) out.push_back(start + day);
  }
}

/// "DTSTART;VALUE=DATE:20261225" is DTSTART and 20261225.
std::vector<int64_t> read_calendar(std::string_view text) {
  std::vector<int64_t> out;
  CalendarEvent event;
  for (const std::string_view raw : split(text, '\n')) {
    const std::string_view line = trim(raw);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view value = line.substr(colon + 1);
    const std::string_view name = line.substr(0, line.find_first_of(";:"));
    if (name == "BEGIN" && value == "VEVENT") event = {};
    if (name == "DTSTART") event.from = day_in(value);
    if (name == "DTEND") event.until = day_in(value);
    if (name == "RRULE") event.is_yearly = value.find("FREQ=YEARLY") != std::string_view::npos;
    if (name == "END" && value == "VEVENT") add_days(event, out);
  }
  return out;
}

}  // namespace

Season::Season(const std::string& zone_name, const std::vector<int64_t>& holidays)
    : local_(zone_name), holidays_(holidays.begin(), holidays.end()) {}

SeasonSlot Season::of(TimePoint hour) {
  const LocalHour local = local_.at(hour);
  SeasonSlot out{local.hour, local.hour_of_week(), false};
  if (!holidays_.empty() && holidays_.contains(local.day)) {
    out.slot = holiday_slots_from + local.hour;
    out.is_holiday = true;
  }
  return out;
}

Result<std::vector<int64_t>> read_holidays(std::string_view text) {
  if (text.find("BEGIN:VCALENDAR") != std::string_view::npos) return read_calendar(text);
  std::vector<int64_t> out;
  std::string words(text);
  std::replace_if(
      words.begin(), words.end(),
      [](char c) { return c == ',' || c == ';' || c == '\n' || c == '\r' || c == '\t'; }, ' ');
  for (const std::string_view word : split(words, ' ')) {
    if (word.empty()) continue;
    const auto day = word.size() == 10 ? day_in(word) : std::nullopt;
    if (!day) {
      return Error{ErrorKind::invalid, "",
                   fmt::format("\"{}\" is no date (2026-12-25)", cut_characters(word, 30))};
    }
    out.push_back(*day);
  }
  return out;
}

}  // namespace dw
