#include "store/postgres/row_arrays.h"

#include "base/assert.h"

namespace dw {
namespace {

// Of the server's catalogue: they never change.
constexpr int32_t bigint_oid = 20;
constexpr int32_t text_oid = 25;
constexpr int32_t null_length = -1;

template <class Number>
void append(std::string& out, Number number) {
  for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<uint64_t>(number) >> shift);
  }
}

}  // namespace

RowArrays::RowArrays(std::string_view types) : columns_(types.size()) {
  for (size_t i = 0; i < types.size(); ++i) columns_[i].is_text = types[i] == 't';
}

void RowArrays::add(std::initializer_list<Value> values) {
  DW_ASSERT(values.size() == columns_.size(), "a row has a value for each parameter");
  size_t place = 0;
  for (const Value& value : values) {
    Column& column = columns_[place++];
    const size_t before = column.elements.size();
    if (const auto* number = std::get_if<int64_t>(&value.get())) {
      DW_ASSERT(!column.is_text, "the statement's text says which type a parameter has");
      append(column.elements, static_cast<int32_t>(sizeof *number));
      append(column.elements, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&value.get())) {
      DW_ASSERT(column.is_text, "the statement's text says which type a parameter has");
      append(column.elements, static_cast<int32_t>(text->size()));
      column.elements += *text;
    } else {
      column.has_null = true;
      append(column.elements, null_length);
    }
    bytes_ += column.elements.size() - before;
  }
  ++rows_;
}

std::vector<std::string> RowArrays::finish() && {
  std::vector<std::string> arrays;
  if (columns_.empty()) append(arrays.emplace_back(), static_cast<int64_t>(rows_));
  for (Column& column : columns_) {
    std::string& array = arrays.emplace_back();
    array.reserve(20 + column.elements.size());
    append(array, int32_t{1});  // dimensions
    append(array, int32_t{column.has_null});
    append(array, column.is_text ? text_oid : bigint_oid);
    append(array, static_cast<int32_t>(rows_));
    append(array, int32_t{1});  // the place of the first
    array += column.elements;
  }
  return arrays;
}

}  // namespace dw
