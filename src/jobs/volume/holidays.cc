#include "jobs/volume/holidays.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "jobs/volume/calendar.h"

namespace dw {

namespace {

std::optional<int64_t> day_in(std::string_view word) {
  if (word.size() != std::string_view("2026-12-25").size()) return std::nullopt;
  const auto at = from_rfc3339(word);
  if (!at) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*at).time_since_epoch().count();
}

Result<Holidays> read_dates(std::string_view text) {
  Holidays out;
  std::string words(text);
  std::replace_if(
      words.begin(), words.end(),
      [](char c) { return c == ',' || c == ';' || c == '\n' || c == '\r' || c == '\t'; }, ' ');
  for (const std::string_view word : split(words, ' ')) {
    if (word.empty()) continue;
    const auto day = day_in(word);
    if (!day) {
      return Error{
          ErrorKind::invalid, "",
          fmt::format("invalid date \"{}\" (such as 2026-12-25)", cut_characters(word, 30))};
    }
    out.days.push_back(*day);
  }
  return out;
}

}  // namespace

Result<Holidays> read_holidays(std::string_view text, const std::string& timezone) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = trim(text);
  constexpr std::string_view begin = "begin:vcalendar";
  const bool is_calendar = equals_ignoring_case(text.substr(0, begin.size()), begin);
  DW_TRY(Holidays out, is_calendar ? read_calendar(text, timezone) : read_dates(text));
  std::sort(out.days.begin(), out.days.end());
  out.days.erase(std::unique(out.days.begin(), out.days.end()), out.days.end());
  return out;
}

}  // namespace dw
