#include "store/copy/compare.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {
namespace {

constexpr size_t named_max = 20;

/// Below, at, or above zero, as the key of `a` comes before, is, or comes after that of `b`.
int compare_keys(const Table& table, const Cells& a, const Cells& b) {
  for (const size_t place : table.key) {
    if (a[place] < b[place]) return -1;
    if (b[place] < a[place]) return 1;
  }
  return 0;
}

std::string differing_columns(const Table& table, const Cells& a, const Cells& b) {
  std::vector<std::string> names;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) names.push_back(table.columns[i].name);
  }
  return join(names, ", ");
}

}  // namespace

void add_difference(CopyReport& report, std::string text) {
  ++report.difference_count;
  if (report.differences.size() < named_max) report.differences.push_back(std::move(text));
}

std::string name_of_row(const Table& table, const Cells& row) {
  std::string name = table.name;
  for (const size_t place : table.key) {
    const auto* number = std::get_if<int64_t>(&row[place]);
    const auto* text = std::get_if<std::string>(&row[place]);
    name += fmt::format(" {}={}", table.columns[place].name,
                        number != nullptr ? std::to_string(*number)
                                          : (text != nullptr ? *text : std::string("NULL")));
  }
  return name;
}

Result<void> compare_table(const Table& table, const NextRow& source, RowCursor& target,
                           CopyReport& report) {
  Cells ours, theirs;
  DW_TRY(bool has_ours, source(ours));
  DW_TRY(bool has_theirs, target.next(theirs));
  while (has_ours || has_theirs) {
    const int order = !has_ours ? 1 : (!has_theirs ? -1 : compare_keys(table, ours, theirs));
    if (order < 0) {
      add_difference(report, name_of_row(table, ours) + ": missing in the target");
    } else if (order > 0) {
      add_difference(report, name_of_row(table, theirs) + ": only in the target");
    } else if (ours != theirs) {
      add_difference(report, fmt::format("{}: differs in {}", name_of_row(table, ours),
                                         differing_columns(table, ours, theirs)));
    }
    if (order <= 0) {
      DW_TRY(has_ours, source(ours));
    }
    if (order >= 0) {
      DW_TRY(has_theirs, target.next(theirs));
    }
  }
  return {};
}

}  // namespace dw
