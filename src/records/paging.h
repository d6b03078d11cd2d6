// Lists by page: what is asked for, what comes, and the cursor in between.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "ports/db.h"

namespace dw {

template <class T>
struct Page {
  std::vector<T> items;
  std::string next_cursor;  ///< empty: no more
};

struct PageRequest {
  size_t limit = 50;   ///< 1 to 500
  std::string cursor;  ///< as the last page gave it; empty: from the start
};

/// The first page of a list with the highest ids first: below all of them.
constexpr int64_t from_the_top = std::numeric_limits<int64_t>::max();

/// What a cursor is that no list has given.
Error bad_cursor();
/// The id behind which a page starts, as next_cursor() wrote it; `front` without a cursor.
/// errors  invalid: bad_cursor()
Result<int64_t> id_in(const std::string& cursor, int64_t front = from_the_top);
/// Trims the extra row that was asked for and gives the cursor of the next page.
template <class T, class IdOf>
std::string next_cursor(std::vector<T>& items, size_t limit, IdOf id_of) {
  if (items.size() <= limit) return {};
  items.resize(limit);
  return std::to_string(id_of(items.back()));
}

}  // namespace dw
