// Change notes: what changed, for the board and for live streams, in commit order.
#pragma once
#include <string>
#include <vector>

#include "ports/db.h"

namespace dw {

/// One recorded change, for the board: read by all replicas, in commit order.
struct ChangeNote {
  std::string position;  ///< where this change stands; opaque, ascending in commit order
  std::string topic;     ///< "ticket", "delivery"
  int64_t id = 0;
};

namespace changes {

/// Adds a note: `subject` of `topic` has changed.
Result<void> add(Db& db, const char* topic, int64_t subject);

/// Changes after `position` (empty: from the oldest kept), at most `limit`.
/// errors  missing: that position is no longer kept
Result<std::vector<ChangeNote>> after(ReadDb& db, const std::string& position, size_t limit);

/// The position of the newest change.
Result<std::string> last(ReadDb& db);

/// Removes at most `limit` of all but the newest `kept`; how many.
Result<int64_t> prune(Db& db, int64_t kept, int64_t limit);

}  // namespace changes

}  // namespace dw
