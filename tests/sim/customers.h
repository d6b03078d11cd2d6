// Customers whose tickets close, the report that says so, and those who have the notices sent.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/inbox.h"
#include "jobs/notices/runs.h"

namespace dw::sim {

/// A report that grows. It outlives every crash.
struct Report {
  std::vector<std::vector<std::string>> rows;
};

/// So few letters a commit that a death between two pieces of a run is no rare thing.
constexpr size_t notices_per_commit = 2;

/// What every replica sends.
const NoticeComposer& composer();

std::unique_ptr<NoticeRuns> notices_over(Loop& loop, Store& store, Clock& clock, Inbox& inbox,
                                         const Report& report);

/// One `notices run`: a plan, and its sending. `heard` gets how many customers the plan had.
Task<void> tell_customers(NoticeRuns* notices, std::function<void(Result<int64_t>)> heard);

/// What customers have in their mailboxes: by customer and ticket, the deliveries that told it.
class Mailboxes {
 public:
  /// errors  invalid: this customer has heard of this ticket, or in this period, by another mail
  Result<void> take(const WebhookPost& post, int64_t delivery);
  const std::map<std::string, std::set<int64_t>>& told() const { return told_; }

 private:
  std::map<std::string, std::set<int64_t>> told_, customers_;
};

}  // namespace dw::sim
