#include "records/retention.h"

#include <algorithm>

#include "records/accounts.h"
#include "records/audit.h"
#include "records/changes.h"
#include "records/deliveries.h"
#include "records/events.h"
#include "records/leases.h"
#include "records/rate_rows.h"
#include "records/tickets.h"

namespace dw::retention {

void add(Retention& to, const Retention& more) {
  to.steps.insert(to.steps.end(), more.steps.begin(), more.steps.end());
  to.of_tickets.insert(to.of_tickets.end(), more.of_tickets.begin(), more.of_tickets.end());
}

Result<int64_t> prune(Db& db, const Retention& jobs, TimePoint before, size_t limit,
                      int64_t changes_kept) {
  const auto allowed = static_cast<int64_t>(limit);
  DW_TRY(int64_t rows, changes::prune(db, changes_kept, allowed));
  if (before <= TimePoint{}) return rows;  // everything is kept
  int64_t left = std::max<int64_t>(allowed - rows, 0);
  if (left > 0) {
    DW_TRY(rows, tickets::prune(db, jobs.of_tickets, before, left));
    left = std::max<int64_t>(left - rows, 0);
  }
  std::vector<PruneStep> steps = {events::prune};
  steps.insert(steps.end(), jobs.steps.begin(), jobs.steps.end());
  for (const PruneStep step :
       {deliveries::prune, audit::prune, accounts::prune, leases::prune, rate_rows::prune}) {
    steps.push_back(step);
  }
  for (const PruneStep step : steps) {
    if (left == 0) break;
    DW_TRY(rows, step(db, before, left));
    left = std::max<int64_t>(left - rows, 0);
  }
  return allowed - left;
}

}  // namespace dw::retention
