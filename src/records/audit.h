// The audit list: who changed what.
#pragma once
#include <string>
#include <vector>

#include "records/paging.h"

namespace dw {

struct AuditEntry {
  TimePoint at{};
  std::string who, what, subject;  ///< "token ci", "delivery.discard", "d-000191"
  int64_t id = 0;                  ///< its place in the list
};

/// A plan's line in the list.
struct AddAudit {
  AuditEntry entry;
  Result<void> write(Db& db, TimePoint now) const;
};

namespace audit {

Result<std::vector<AuditEntry>> list(ReadDb& db, const PageRequest& page);

Result<void> add(Db& db, const AuditEntry& entry);

/// Removes at most `limit` rows older than `before`; how many.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace audit

}  // namespace dw
