#include "records/joined.h"

#include "records/stored_json.h"
#include "sql/joined.h"

namespace dw::tickets {
namespace {

/// `was`, `is`: the problem before and after, empty for none. From one to another is no leaving.
void add_change(std::vector<JoinedSpan>& spans, TimePoint at, bool was, bool is) {
  const bool is_first = spans.empty();
  const bool is_joined = !is_first && spans.back().until == TimePoint::max();
  if (is && !was && !is_joined) spans.push_back({at, TimePoint::max()});
  if (!was || is) return;
  if (is_first) spans.push_back({TimePoint::min(), at});
  if (is_joined) spans.back().until = at;
}

}  // namespace

Result<JoinedSpans> joined_spans(ReadDb& db, const std::vector<TicketId>& tickets) {
  JoinedSpans out;
  if (tickets.empty()) return out;
  DW_CHECK(db.run(stmt::problems_over_time, {ids_text(tickets)}, [&](const Row& row) {
    namespace col = columns::problem_change;
    add_change(out[TicketId{row.integer(col::ticket)}], row.time(col::at),
               !row.text(col::old_value).empty(), !row.text(col::new_value).empty());
  }));
  return out;
}

}  // namespace dw::tickets
