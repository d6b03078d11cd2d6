// Rates that all processes keep together.
#pragma once
#include <string>
#include <vector>

#include "ports/db.h"
#include "ports/rates.h"

namespace dw {

namespace rate_rows {

/// Books the next turn of all those rates together, by the store's own clock: all processes
/// count in one row for each. Where it would come after `patience` nothing is booked, and the
/// turn says when to ask again.
Result<RateSlot> reserve(Db& db, const std::vector<RateRule>& rules, Millis timeout);

/// No turn of that rate comes within `length`: the other side asked for it.
Result<void> pause(Db& db, const std::string& name, Millis length);

/// Removes at most `limit` rows older than `before`; how many.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace rate_rows

}  // namespace dw
