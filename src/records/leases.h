// Named leases: one of several processes at a time.
#pragma once
#include <string>

#include "ports/db.h"

namespace dw {

namespace leases {

/// Takes or keeps a named lease; true if `holder` has it now.
Result<bool> hold(Db& db, const std::string& name, const std::string& holder, TimePoint now,
                  TimePoint until);

Result<void> drop(Db& db, const std::string& name, const std::string& holder);

/// Removes at most `limit` rows older than `before`; how many.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace leases

}  // namespace dw
