// The tables of a store as its migrations make them. Nobody lists them by hand: a migration that
// adds a table or a column needs no change here.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace dw {

enum class ColumnKind { integer, boolean, text, blob };

struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::integer;
  bool is_nullable = false;
};

struct Table {
  std::string name;
  std::vector<Column> columns{};
  std::vector<size_t> key{};              ///< places of the primary key's columns, in its order
  std::string identity{};                 ///< the column that the engine numbers; empty: none
  std::vector<std::string> references{};  ///< tables that must be filled before this one
  int64_t rows_at_first = 0;              ///< in a new store: what its migrations insert
};

/// One value of either engine: NULL, a number (a boolean is 0 or 1), or bytes.
using Cell = std::variant<std::monostate, int64_t, std::string>;
using Cells = std::vector<Cell>;

/// The table that holds the schema's version: each store has its own.
constexpr std::string_view version_table = "schema_version";

/// An identifier for a statement of either engine. The one place that quotes names.
std::string quoted_name(std::string_view name);
/// `"a", "b"`.
std::string quoted_columns(const Table& table);

/// The tables of the newest schema, those that others refer to first.
/// errors  conflict: a table without a primary key, or with a type that cannot be copied
Result<std::vector<Table>> schema_catalogue();

}  // namespace dw
