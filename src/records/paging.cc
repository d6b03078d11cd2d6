#include "records/paging.h"

#include <charconv>

namespace dw {

Error bad_cursor() {
  return {.kind = ErrorKind::invalid,
          .where = "cursor",
          .what = "the list can't be continued from there; begin without a cursor",
          .problems = {{"cursor", "is invalid: pass next_cursor from the last page of this list"}}};
}

Result<int64_t> id_in(const std::string& cursor, int64_t front) {
  if (cursor.empty()) return front;
  int64_t id = 0;
  const char* last = cursor.data() + cursor.size();
  const auto [end, failed] = std::from_chars(cursor.data(), last, id);
  const bool is_ours = failed == std::errc{} && end == last && id > 0 && cursor.front() != '0';
  if (!is_ours) return bad_cursor();
  return id;
}

}  // namespace dw
