// Which of day and month stands first in a date of three numbers. "05/11/2026" says nothing;
// "16/11/2026" says it for the whole file that it stands in.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dw {

enum class DayOrder {
  day_first,    ///< "16/11/2026", "2026-16-11"
  month_first,  ///< "11/16/2026", "2026-11-16"
};

struct NumericDate {
  bool is_year_first = false;
  std::optional<DayOrder> order{};  ///< none: either number may be the month
};

/// Of a text that is a date of numbers alone and perhaps a time: "16/11/2026", "11-16-26 08:15".
std::optional<NumericDate> numeric_date(std::string_view text);
/// Of a format of parse_day(); nothing if it names the month, or its year stands in the middle.
std::optional<NumericDate> numeric_format(std::string_view format);
/// The format with %d and %m exchanged.
std::string exchanged(std::string format);

}  // namespace dw
