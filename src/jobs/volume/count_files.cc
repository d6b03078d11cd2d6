#include "jobs/volume/count_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t older_columns = 25;
constexpr double count_max = 1e12;

Error wrong(size_t line, std::string what) {
  return {ErrorKind::invalid, fmt::format("line {}", line), std::move(what)};
}

std::string_view unquoted(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
    cell = trim(cell.substr(1, cell.size() - 2));
  }
  return cell;
}

bool is_blank(std::string_view cell) {
  return cell.empty() || equals_ignoring_case(cell, "nan") || equals_ignoring_case(cell, "null");
}

/// Counts are whole, but pandas writes "12.0" once a column has a blank, and "12,0" where commas
/// do not part columns.
std::optional<int64_t> count_in(std::string_view written) {
  std::string cell(written);
  std::replace(cell.begin(), cell.end(), ',', '.');
  const std::optional<double> value = number_in<double>(cell);
  const bool is_count = value && *value >= 0 && *value <= count_max && *value == std::floor(*value);
  return is_count ? std::optional(static_cast<int64_t>(*value)) : std::nullopt;
}

/// What parts the columns: commas, or what spreadsheets and databases write in their place.
char separator_of(std::string_view first_line) {
  for (const char one : {'\t', ';'}) {
    if (first_line.find(one) != std::string_view::npos) return one;
  }
  return ',';
}

Result<std::vector<HourCount>> read_older(const std::vector<std::string_view>& lines,
                                          char separator) {
  std::vector<HourCount> out;
  size_t rows = 0;
  bool is_past_heading = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (trim(lines[i]).empty()) continue;
    if (!std::exchange(is_past_heading, true)) continue;
    ++rows;
    const std::vector<std::string_view> cells = split(lines[i], separator);
    const auto date = from_rfc3339(unquoted(cells[0]).substr(0, 10));
    if (!date) return wrong(i + 1, "does not begin with a date (2026-11-21)");
    for (size_t hour = 0; hour + 1 < std::min(cells.size(), older_columns); ++hour) {
      const std::string_view cell = unquoted(cells[hour + 1]);
      if (is_blank(cell)) continue;
      const auto count = count_in(cell);
      if (!count) return wrong(i + 1, fmt::format("hour {} is no count", hour));
      out.push_back({*date + static_cast<int64_t>(hour) * one_hour, *count});
    }
  }
  if (rows <= 1) {
    return wrong(2,
                 "a file of one row is no history: the older tool wrote over its own. Fetch it "
                 "anew with `deskwire volume backfill --since DATE`");
  }
  return out;
}

Result<std::vector<HourCount>> read_pairs(const std::vector<std::string_view>& lines,
                                          char separator) {
  std::vector<HourCount> out;
  bool is_past_heading = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trim(lines[i]);
    if (line.empty()) continue;
    const size_t end = line.find(separator);
    const auto at = read_instant(unquoted(line.substr(0, end)));
    if (!std::exchange(is_past_heading, true) && !at) continue;
    if (!at || end == std::string_view::npos) return wrong(i + 1, "is no `timestamp,count`");
    std::string_view cell = line.substr(end + 1);
    cell = unquoted(cell.substr(0, cell.find(separator)));
    if (is_blank(cell)) continue;
    const auto count = count_in(cell);
    if (!count) return wrong(i + 1, "the count is no whole number of 0 or more");
    out.push_back({hour_of(*at), *count});
  }
  return out;
}

/// A time as written, and its zone as RFC 3339 writes it.
struct ZonedText {
  std::string_view local;
  std::string zone = "Z";
};

/// "15:00 UTC", "15:00:00+00" (PostgreSQL), "15:00:00 +0100" (pandas, git): no zone is UTC.
std::optional<ZonedText> zone_of(std::string_view text) {
  for (const std::string_view word : {"utc", "gmt", "z"}) {
    if (text.size() > word.size() &&
        equals_ignoring_case(text.substr(text.size() - word.size()), word)) {
      return ZonedText{trim(text.substr(0, text.size() - word.size()))};
    }
  }
  constexpr size_t date_length = 10;
  const size_t sign = text.find_first_of("+-", std::min(text.size(), date_length));
  if (sign == std::string_view::npos) return ZonedText{text};
  std::string digits(text.substr(sign + 1));
  std::erase(digits, ':');
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4 || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return ZonedText{trim(text.substr(0, sign)),
                   fmt::format("{}{}:{}", text[sign], digits.substr(0, 2), digits.substr(2))};
}

}  // namespace

std::optional<TimePoint> read_instant(std::string_view text) {
  if (text.size() >= 10 && text.find_first_not_of("0123456789") == std::string_view::npos) {
    const std::optional<int64_t> seconds = number_in(text);
    if (!seconds || *seconds > 4'000'000'000) return std::nullopt;
    return TimePoint(std::chrono::seconds(*seconds));
  }
  if (text.size() == 10) return from_rfc3339(text);
  const std::optional<ZonedText> parts = zone_of(trim(text));
  if (!parts) return std::nullopt;
  std::string written(parts->local);
  if (written.size() > 10 && written[10] == ' ') written[10] = 'T';
  if (written.size() == 13) written += ":00";
  if (written.size() == 16) written += ":00";
  return from_rfc3339(written + parts->zone);
}

Result<std::vector<HourCount>> read_counts(std::string_view csv) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  std::string text(csv);
  if (text.find('\n') == std::string::npos) std::replace(text.begin(), text.end(), '\r', '\n');
  std::vector<std::string_view> lines = split(text, '\n');
  // Excel's own line about what parts the columns; numbered as the line that it is.
  const bool has_separator_line = to_lower(lines[0].substr(0, 4)) == "sep=";
  const size_t first = has_separator_line && lines.size() > 1 ? 1 : 0;
  const char separator =
      has_separator_line && lines[0].size() > 4 ? lines[0][4] : separator_of(lines[first]);
  const std::vector<std::string_view> heading = split(trim(lines[first]), separator);
  const bool is_older = heading.size() == older_columns && unquoted(heading[1]) == "0";
  if (has_separator_line) lines[0] = "";
  DW_TRY(std::vector<HourCount> out,
         is_older ? read_older(lines, separator) : read_pairs(lines, separator));
  std::stable_sort(out.begin(), out.end(),
                   [](const HourCount& a, const HourCount& b) { return a.hour < b.hour; });
  size_t kept = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (kept > 0 && out[kept - 1].hour == out[i].hour) {
      out[kept - 1].count += out[i].count;
    } else {
      out[kept++] = out[i];
    }
  }
  out.resize(kept);
  if (out.empty()) return Error{ErrorKind::invalid, "", "there is no count in it"};
  return out;
}

}  // namespace dw
