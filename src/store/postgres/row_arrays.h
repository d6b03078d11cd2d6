// Many rows of one statement, as it takes them: an array for each parameter, in PostgreSQL's binary
// form, which is copied and not parsed.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ports/db.h"

namespace dw {

class RowArrays {
 public:
  /// `types`: a letter for each parameter, as in Statement::Rows.
  explicit RowArrays(std::string_view types);

  void add(std::initializer_list<Value> values);
  size_t rows() const { return rows_; }
  /// What the values need, about.
  size_t bytes() const { return bytes_; }
  /// The arrays, one for each parameter. A statement without parameters gets the number of rows.
  std::vector<std::string> finish() &&;

 private:
  struct Column {
    bool is_text = false;
    bool has_null = false;
    std::string elements{};
  };

  std::vector<Column> columns_;
  size_t rows_ = 0;
  size_t bytes_ = 0;
};

}  // namespace dw
