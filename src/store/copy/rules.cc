#include "store/copy/rules.h"

#include <algorithm>
#include <array>

#include "base/storable.h"

namespace dw {
namespace {

/// Change notes, and on PostgreSQL the places of their commits, say in which order one store
/// committed. A reader who knows a position of the other store is told to read everything again.
/// Marks of commits belong to processes that run.
constexpr std::array<std::string_view, 3> left_out = {"note", "note_commit", "writer"};

/// Leases end with the processes that held them. What connectors keep stands in the same table.
constexpr std::string_view leases = "lease", lease_name = "name", kept_prefix = "kept:";

/// Lanes are copied as held by nobody.
constexpr std::string_view lanes = "lane", lane_holder = "holder", lane_held_until = "held_until";

Cell* find_cell(const Table& table, Cells& row, std::string_view column) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (table.columns[i].name == column) return &row[i];
  }
  return nullptr;
}

}  // namespace

bool is_copied(std::string_view table) {
  return std::find(left_out.begin(), left_out.end(), table) == left_out.end();
}

bool prepare_row(const Table& table, Cells& row) {
  if (table.name == leases) {
    const Cell* name = find_cell(table, row, lease_name);
    const auto* text = name == nullptr ? nullptr : std::get_if<std::string>(name);
    return text != nullptr && text->starts_with(kept_prefix);
  }
  if (table.name == lanes) {
    if (Cell* holder = find_cell(table, row, lane_holder)) *holder = std::string();
    if (Cell* until = find_cell(table, row, lane_held_until)) *until = int64_t{0};
  }
  return true;
}

std::string_view make_strict_text(const Table& table, Cells& row) {
  std::string_view changed;
  for (size_t i = 0; i < row.size(); ++i) {
    auto* text = std::get_if<std::string>(&row[i]);
    if (table.columns[i].kind != ColumnKind::text || text == nullptr) continue;
    if (unstorable_reason(*text).empty()) continue;
    *text = storable(std::move(*text));
    if (changed.empty()) changed = table.columns[i].name;
  }
  return changed;
}

}  // namespace dw
