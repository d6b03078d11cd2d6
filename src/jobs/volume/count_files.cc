#include "jobs/volume/count_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

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
/// do not part columns. "1.000" is one to some and a thousand to others.
std::optional<int64_t> count_in(std::string_view written) {
  const size_t point = written.find_first_of(".,");
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : written.substr(point + 1);
  if (fraction.size() == 3 || fraction.find_first_not_of('0') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<double> value = number_in<double>(written.substr(0, point));
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

/// Without quotes around them; a separator inside of quotes parts nothing.
std::vector<std::string_view> cells_of(std::string_view line, char separator) {
  std::vector<std::string_view> out;
  bool is_quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') is_quoted = !is_quoted;
    if (i < line.size() && (is_quoted || line[i] != separator)) continue;
    out.push_back(unquoted(line.substr(begin, i - begin)));
    begin = i + 1;
  }
  return out;
}

/// Without empty cells at the end, which spreadsheets add.
size_t count_filled(const std::vector<std::string_view>& cells) {
  size_t filled = cells.size();
  while (filled > 0 && cells[filled - 1].empty()) --filled;
  return filled;
}

/// The hour that a heading names: "0", "00", "00:00", "h0", "0h", and "0.0" of pandas.
std::optional<int> hour_named(std::string_view heading) {
  if (heading.starts_with('h') || heading.starts_with('H')) heading.remove_prefix(1);
  const size_t digits = std::min(heading.find_first_not_of("0123456789"), heading.size());
  const std::string_view rest = heading.substr(digits);
  const bool is_hour =
      digits > 0 && digits <= 2 && (rest.empty() || rest == "h" || rest == ":00" || rest == ".0");
  if (!is_hour) return std::nullopt;
  const auto hour = number_in(heading.substr(0, digits));
  return hour ? std::optional(static_cast<int>(*hour)) : std::nullopt;
}

enum class Shape {
  older,  ///< a date and the counts of its 24 hours
  pairs,  ///< `timestamp,count`
};

constexpr std::string_view shapes_text =
    "expected 2 (`timestamp,count`) or 25 (a date and the hours 0 to 23)";

/// What the first line says. errors  invalid: it has columns of hours, and not those of a day
Result<Shape> shape_of(const std::vector<std::string_view>& heading, size_t line) {
  const size_t filled = count_filled(heading);
  size_t hours = 0;
  bool are_in_order = true;
  for (size_t i = 1; i < filled; ++i) {
    const auto hour = hour_named(heading[i]);
    hours += hour ? 1 : 0;
    are_in_order = are_in_order && hour == static_cast<int>(i) - 1;
  }
  const bool has_date = !heading[0].empty() && from_rfc3339(heading[0].substr(0, 10));
  if (has_date) {
    // No heading: the first row itself.
    if (heading.size() == older_columns) return Shape::older;
  } else {
    if (filled == older_columns && are_in_order) return Shape::older;
    const bool has_text = filled > 2 && hours == 0;
    if (filled == 2 || has_text) return Shape::pairs;
  }
  if (filled <= 2 && (has_date || hours == 0)) return Shape::pairs;
  if (filled == older_columns && !has_date) {
    return wrong(line, "the columns behind the date must be the hours 0 to 23, in this order");
  }
  return wrong(line, fmt::format("has {} columns; {}", filled, shapes_text));
}

bool is_midnight(std::string_view time) {
  return time.empty() || time.find_first_not_of("T 0:.Z") == std::string_view::npos;
}

Result<TimePoint> date_in(std::string_view cell, size_t line) {
  const auto date = from_rfc3339(cell.substr(0, 10));
  if (date && is_midnight(cell.substr(std::min<size_t>(10, cell.size())))) return *date;
  return wrong(line, "does not begin with a date (2026-11-21)");
}

/// An hour that is written in the file, and where.
struct LinedCount {
  HourCount hour;
  size_t line = 0;
};

Result<void> read_day(const std::vector<std::string_view>& cells, size_t line,
                      std::vector<LinedCount>& out) {
  DW_TRY(const TimePoint date, date_in(cells[0], line));
  if (cells.size() < older_columns || count_filled(cells) > older_columns) {
    return wrong(line, fmt::format("has {} columns, expected {} (the date and the hours 0 to 23)",
                                   std::max(cells.size(), count_filled(cells)), older_columns));
  }
  for (size_t hour = 0; hour + 1 < older_columns; ++hour) {
    const std::string_view cell = cells[hour + 1];
    if (is_blank(cell)) continue;
    const auto count = count_in(cell);
    if (!count) return wrong(line, fmt::format("hour {} is no count", hour));
    out.push_back({{date + static_cast<int64_t>(hour) * one_hour, *count}, line});
  }
  return {};
}

Result<std::vector<LinedCount>> read_older(const std::vector<std::string_view>& lines, size_t first,
                                           char separator) {
  std::vector<size_t> rows;
  for (size_t i = first; i < lines.size(); ++i) {
    if (!trim(lines[i]).empty()) rows.push_back(i);
  }
  if (from_rfc3339(cells_of(lines[first], separator)[0].substr(0, 10)) == std::nullopt) {
    rows.erase(rows.begin());
  }
  if (rows.size() <= 1) {
    return wrong(first + 2,
                 "a file of one row is no history: the older tool wrote over its own. Fetch it "
                 "anew with `deskwire volume backfill --since DATE`");
  }
  std::vector<LinedCount> out;
  std::map<TimePoint, size_t> line_of_date;
  for (const size_t i : rows) {
    const std::vector<std::string_view> cells = cells_of(lines[i], separator);
    if (count_filled(cells) == 0) continue;
    DW_TRY(const TimePoint date, date_in(cells[0], i + 1));
    const auto [known, is_new] = line_of_date.emplace(date, i + 1);
    if (!is_new) {
      return wrong(i + 1, fmt::format("has the date of line {} once more", known->second));
    }
    DW_CHECK(read_day(cells, i + 1, out));
  }
  return out;
}

/// `columns`: how many the heading has; without one a row has its time and its count.
Result<LinedCount> read_pair(const std::vector<std::string_view>& cells, size_t columns,
                             size_t line) {
  const auto at = read_instant(cells[0]);
  if (!at || cells.size() < 2) return wrong(line, "is no `timestamp,count`");
  if (count_filled(cells) > columns) {
    return wrong(line, fmt::format("has {} columns, expected {}", count_filled(cells), columns));
  }
  constexpr size_t date_length = 10;
  if (cells[0].size() == date_length && cells[0].find('-') != std::string_view::npos) {
    return wrong(line,
                 "has a date without an hour; counts are read by the hour "
                 "(2026-11-21T15:00Z,84)");
  }
  if (is_blank(cells[1])) return LinedCount{{hour_of(*at), -1}, line};
  const auto count = count_in(cells[1]);
  if (!count) return wrong(line, "the count is no whole number of 0 or more");
  return LinedCount{{hour_of(*at), *count}, line};
}

Result<std::vector<LinedCount>> read_pairs(const std::vector<std::string_view>& lines, size_t first,
                                           char separator) {
  std::vector<LinedCount> out;
  size_t columns = 2;
  for (size_t i = first; i < lines.size(); ++i) {
    if (trim(lines[i]).empty()) continue;
    const std::vector<std::string_view> cells = cells_of(lines[i], separator);
    if (count_filled(cells) == 0) continue;
    if (i == first && !read_instant(cells[0])) {
      columns = std::max(columns, count_filled(cells));
      continue;
    }
    DW_TRY(const LinedCount one, read_pair(cells, columns, i + 1));
    if (one.hour.count >= 0) out.push_back(one);
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

Result<std::vector<HourCount>> read_counts(std::string_view csv, std::optional<TimePoint> now) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  std::string text(csv);
  if (text.find('\n') == std::string::npos) std::replace(text.begin(), text.end(), '\r', '\n');
  const std::vector<std::string_view> lines = split(text, '\n');
  // Excel's own line about what parts the columns; numbered as the line that it is.
  const bool has_separator_line = to_lower(lines[0].substr(0, 4)) == "sep=";
  size_t first = has_separator_line && lines.size() > 1 ? 1 : 0;
  while (first + 1 < lines.size() && trim(lines[first]).empty()) ++first;
  const char separator =
      has_separator_line && lines[0].size() > 4 ? lines[0][4] : separator_of(lines[first]);
  DW_TRY(const Shape shape, shape_of(cells_of(lines[first], separator), first + 1));
  DW_TRY(std::vector<LinedCount> read, shape == Shape::older ? read_older(lines, first, separator)
                                                             : read_pairs(lines, first, separator));
  for (const LinedCount& one : read) {
    if (!now || one.hour.hour <= *now) continue;
    return wrong(one.line, fmt::format("{} is in the future", to_rfc3339(one.hour.hour)));
  }
  std::stable_sort(read.begin(), read.end(), [](const LinedCount& a, const LinedCount& b) {
    return a.hour.hour < b.hour.hour;
  });
  std::vector<HourCount> out;
  for (const LinedCount& one : read) {
    if (!out.empty() && out.back().hour == one.hour.hour) {
      out.back().count += one.hour.count;
    } else {
      out.push_back(one.hour);
    }
  }
  if (out.empty()) return Error{ErrorKind::invalid, "", "there is no count in it"};
  return out;
}

}  // namespace dw
