// What grows old and goes, in one piece of work.
#pragma once
#include "ports/retention.h"

namespace dw::retention {

/// The steps of the jobs, and of the nouns that they share: removes at most `limit` finished rows
/// older than `before` (of change notes: all but the newest `changes_kept`); how many went.
Result<int64_t> prune(Db& db, const Retention& jobs, TimePoint before, size_t limit,
                      int64_t changes_kept);

/// All that several jobs have to remove.
void add(Retention& to, const Retention& more);

}  // namespace dw::retention
