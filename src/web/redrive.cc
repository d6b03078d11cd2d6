#include "web/redrive.h"

#include "ports/queue_limits.h"
#include "records/audit.h"
#include "records/queues.h"

namespace dw {

Task<Result<int64_t>> redrive(Store& store, Clock& clock, std::string dead_queue, std::string who) {
  MessageId last;
  int64_t moved = 0, total = 0;
  bool is_first = true;
  auto work = [&](Db& db) -> Result<void> {
    const TimePoint now = clock.now();
    if (is_first) {
      DW_TRY(last, queues::last(db, dead_queue));
      DW_CHECK(audit::add(db, {now, who, "queue.redrive", dead_queue}));
    }
    DW_TRY(moved, queues::redrive(db, dead_queue, last, now, queue_rows_per_commit));
    return {};
  };
  do {
    DW_CO_CHECK(co_await store.write(work));
    total += moved;
    is_first = false;
  } while (moved > 0);
  co_return total;
}

}  // namespace dw
