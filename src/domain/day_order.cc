#include "domain/day_order.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace dw {
namespace {

struct Number {
  int value = 0;
  size_t digits = 0;
};

/// Up to four digits off the front.
Number take_number(std::string_view& text) {
  Number out;
  while (out.digits < 4 && out.digits < text.size() && is_digit(text[out.digits])) {
    out.value = out.value * 10 + (text[out.digits++] - '0');
  }
  text.remove_prefix(out.digits);
  return out;
}

/// Nothing, or what a time begins with: a text is no date because it starts as one.
bool is_time_or_nothing(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != ' ' && text.front() != 'T' && text.front() != ',') return false;
  const size_t begin = text.find_first_not_of(" T,");
  return begin != std::string_view::npos && is_digit(text[begin]);
}

std::optional<DayOrder> proven_order(int first, int second) {
  if (first > 12) return DayOrder::day_first;
  return second > 12 ? std::optional(DayOrder::month_first) : std::nullopt;
}

}  // namespace

std::optional<NumericDate> numeric_date(std::string_view text) {
  if (text.size() < 6 || !is_digit(text.front())) return std::nullopt;
  std::array<Number, 3> parts;
  char separator = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) {
      const char c = text.empty() ? '\0' : text.front();
      if (i == 1 ? c != '/' && c != '-' && c != '.' : c != separator) return std::nullopt;
      separator = c;
      text.remove_prefix(1);
    }
    parts.at(i) = take_number(text);
    if (parts.at(i).digits == 0) return std::nullopt;
  }
  const bool is_year_first = parts[0].digits == 4;
  const Number& year = is_year_first ? parts[0] : parts[2];
  const Number& first = is_year_first ? parts[1] : parts[0];
  const Number& second = is_year_first ? parts[2] : parts[1];
  const bool has_year = year.digits == 4 || year.digits == 2;
  if (!has_year || first.digits > 2 || second.digits > 2 || !is_time_or_nothing(text)) {
    return std::nullopt;
  }
  const auto [low, high] = std::minmax(first.value, second.value);
  if (low < 1 || low > 12 || high > 31) return std::nullopt;
  return NumericDate{is_year_first, proven_order(first.value, second.value)};
}

std::optional<NumericDate> numeric_format(std::string_view format) {
  const size_t day = format.find("%d"), month = format.find("%m");
  const size_t year = std::min(format.find("%Y"), format.find("%y"));
  const size_t none = std::string_view::npos;
  if (day == none || month == none || year == none) return std::nullopt;
  if (year > std::min(day, month) && year < std::max(day, month)) return std::nullopt;
  return NumericDate{year < day, day < month ? DayOrder::day_first : DayOrder::month_first};
}

std::string exchanged(std::string format) {
  for (size_t i = 0; i + 1 < format.size(); ++i) {
    if (format[i] != '%') continue;
    char& part = format[++i];
    part = part == 'd' ? 'm' : part == 'm' ? 'd' : part;
  }
  return format;
}

}  // namespace dw
