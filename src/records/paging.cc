#include "records/paging.h"

#include "base/number.h"

namespace dw {

Error bad_cursor() {
  return {.kind = ErrorKind::invalid,
          .where = "cursor",
          .what = "the list can't be continued from there; begin without a cursor",
          .problems = {{"cursor", "is invalid: pass next_cursor from the last page of this list"}}};
}

Result<int64_t> id_in(const std::string& cursor, int64_t front) {
  if (cursor.empty()) return front;
  const auto id = number_in(cursor);
  if (!id || *id <= 0 || cursor.front() == '0') return bad_cursor();
  return *id;
}

}  // namespace dw
