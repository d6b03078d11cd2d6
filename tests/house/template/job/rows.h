// Who has been greeted.
#pragma once
#include <string>

#include "ports/db.h"

namespace dw {

struct AddGreeting {
  std::string person;
  static constexpr const char* counted = "deskwire_greetings_total";
  Result<void> write(Db& db, TimePoint now) const;
};

namespace greeting {

/// Nobody else decides on the same person before the commit.
Result<bool> has(ReadDb& db, const std::string& person);
/// A PruneStep.
Result<int64_t> prune(Db& db, TimePoint before, int64_t limit);

}  // namespace greeting
}  // namespace dw
