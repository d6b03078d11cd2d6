#include "store/copy/catalogue.h"

#include <algorithm>

#include "base/text.h"
#include "store/migrate.h"
#include "store/sqlite/sqlite_tables.h"

namespace dw {
namespace {

bool is_placed(const std::vector<Table>& placed, const std::string& name) {
  return std::any_of(placed.begin(), placed.end(),
                     [&](const Table& table) { return table.name == name; });
}

/// Tables that others refer to come first. A circle ends the sorting: its rest comes as it is.
std::vector<Table> sorted_by_reference(std::vector<Table> tables) {
  std::vector<Table> placed;
  while (!tables.empty()) {
    const auto ready = std::find_if(tables.begin(), tables.end(), [&](const Table& table) {
      return std::all_of(
          table.references.begin(), table.references.end(),
          [&](const std::string& name) { return name == table.name || is_placed(placed, name); });
    });
    const auto next = ready == tables.end() ? tables.begin() : ready;
    placed.push_back(std::move(*next));
    tables.erase(next);
  }
  return placed;
}

}  // namespace

std::string quoted_name(std::string_view name) {
  return '"' + replace_all(name, "\"", "\"\"") + '"';
}

std::string quoted_columns(const Table& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(quoted_name(column.name));
  return join(names, ", ");
}

Result<std::vector<Table>> schema_catalogue() {
  DW_TRY(const std::unique_ptr<SqliteTables> schema, SqliteTables::open(":memory:"));
  for (const Migration& migration : migrations()) DW_CHECK(schema->run_script(migration.sqlite));
  DW_TRY(const std::vector<std::string> names, schema->names());
  std::vector<Table> tables;
  for (const std::string& name : names) {
    DW_TRY(Table table, schema->table(name));
    DW_TRY(table.rows_at_first, schema->count(table));
    tables.push_back(std::move(table));
  }
  DW_ASSERT(!tables.empty(), "the migrations make tables");
  return sorted_by_reference(std::move(tables));
}

}  // namespace dw
