// Which cell of a row is what. Columns are named by letter or by heading; whether the first row is
// a heading is found out, and a heading that says something else than it should is told by name.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/notices_section.h"
#include "ports/table.h"

namespace dw {

/// Places of cells in a row; -1: the report has none.
struct ColumnPlaces {
  int first_name = -1, last_name = -1, name = -1, email = -1, ticket = -1, status = -1, date = -1,
      subject = -1;
};

struct Layout {
  ColumnPlaces at;
  bool has_heading = false;  ///< the first row is one
  std::string headings;      ///< "A Firstname, B Lastname": to see that they changed
};

/// `first` is the report's first row behind its titles, `first_column` the column of its first
/// cell. errors  invalid: a heading is not there, or twice, or stands over another column than the
///         settings say
Result<Layout> find_layout(const NoticesSettings& settings, std::span<const Cell> first,
                           int first_column);

/// The row has the headings that the settings name, or such as reports have.
bool is_heading_row(const NoticesSettings& settings, std::span<const Cell> row, int first_column);
/// The row has an address or a date where the settings say they are.
bool is_entry_row(const NoticesSettings& settings, std::span<const Cell> row, int first_column);
/// "A" is 0, "AA" 26.
std::string column_letters(int column);
/// How many cells have something in them that can be seen.
size_t count_filled(std::span<const Cell> row);

/// A cell as a day by the formats of the settings, as an ISO date, or as a spreadsheet's serial
/// date.
std::optional<int32_t> day_in(const Cell& cell, const std::vector<std::string>& formats);

}  // namespace dw
