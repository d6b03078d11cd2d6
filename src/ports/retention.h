// What grows old and goes: each noun and each job has its own step.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ports/db.h"

namespace dw {

/// Removes at most `limit` finished rows older than `before`; how many. What stays of them:
/// docs/guide/operate.md.
/// cost    walks an index to the first row that is young enough and stops there: ten thousand rows
///         and ten million cost the same
using PruneStep = Result<int64_t> (*)(Db& db, TimePoint before, int64_t limit);

/// Removes at most `limit` rows that hang on tickets which go next; how many. `tickets` is a JSON
/// list of their ids. The tickets are locked, and stay until no step has anything left to remove.
using PruneOfTickets = Result<int64_t> (*)(Db& db, const std::string& tickets, int64_t limit);

struct Retention {
  std::vector<PruneStep> steps{};
  std::vector<PruneOfTickets> of_tickets{};
};

}  // namespace dw
