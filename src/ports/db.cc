#include "ports/db.h"

namespace dw {
namespace {

/// Statements are made before main(), on one thread.
size_t& statements_made() {
  static size_t made = 0;
  return made;
}

}  // namespace

Statement::Statement(const char* called, const char* for_sqlite, const char* for_postgres,
                     QueryPlan for_values)
    : name(called),
      sqlite(for_sqlite),
      postgres(for_postgres),
      plan(for_values),
      index(statements_made()++) {}

Statement::Statement(const char* called, const char* for_sqlite, const char* for_postgres,
                     QueryPlan for_values, Rows for_rows)
    : Statement(called, for_sqlite, for_postgres, for_values) {
  rows = for_rows;
}

size_t Statement::count() {
  return statements_made();
}

}  // namespace dw
