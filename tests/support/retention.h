// Retention over the rows of all jobs, as the program runs it.
#pragma once
#include "jobs/bridge/rows.h"
#include "jobs/notices/rows.h"
#include "jobs/tally/rows.h"
#include "records/retention.h"

namespace dw {

inline Result<int64_t> prune_all(Db& db, TimePoint before, size_t limit, int64_t changes_kept) {
  static const Retention jobs{.steps = {bridge::prune, tally::prune, notices::prune},
                              .of_tickets = {bridge::prune_threads}};
  return retention::prune(db, jobs, before, limit, changes_kept);
}

}  // namespace dw
