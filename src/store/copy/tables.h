// One side of a copy: whole tables in and out of one engine, as streams. sqlite/ and postgres/
// implement it. Statements are made from the catalogue; which tables there are is not known here.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/copy/catalogue.h"

namespace dw {

class RowCursor {
 public:
  virtual ~RowCursor() = default;
  /// Puts the next row into `row`; false: there is none.
  virtual Result<bool> next(Cells& row) = 0;
};

class Tables {
 public:
  virtual ~Tables() = default;

  /// The store's own tables here, without the table of the schema's version.
  virtual Result<std::vector<std::string>> names() = 0;
  /// errors  missing: no such table; conflict: a column whose type cannot be copied
  virtual Result<Table> table(const std::string& name) = 0;
  virtual Result<int64_t> count(const Table& table) = 0;

  /// From here on all is read as it is at this moment. SQLite: and nobody else can write.
  /// errors  busy: somebody else writes
  virtual Result<void> freeze() = 0;
  /// All rows in the order of the key, text by its bytes. One cursor at a time; it must not outlive
  /// this.
  virtual Result<std::unique_ptr<RowCursor>> read(const Table& table) = 0;

  /// Removes all rows of these tables. `tables` in the order of the catalogue.
  virtual Result<void> clear(const std::vector<Table>& tables) = 0;
  /// Adds a row to a piece of one table, which is there with commit().
  virtual Result<void> begin(const Table& table) = 0;
  virtual Result<void> append(const Cells& row) = 0;
  virtual Result<void> commit() = 0;

  /// The greatest number that the engine has given to a row of this table, or that a row has.
  virtual Result<int64_t> last_number(const Table& table) = 0;
  virtual Result<void> set_last_number(const Table& table, int64_t number) = 0;
  /// What the engine wants to know of its rows to find them quickly.
  virtual Result<void> analyze(const std::vector<Table>& tables) = 0;
  /// True: text must be UTF-8 without NUL here.
  virtual bool is_strict_about_text() const = 0;
};

}  // namespace dw
