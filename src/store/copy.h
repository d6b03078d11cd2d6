// Copies a whole store into an empty one, of the same engine or of the other: from one machine to
// several, and back.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace dw {

struct CopiedTable {
  std::string name;
  int64_t rows = 0;
};

struct CopyReport {
  int64_t schema = 0;
  std::vector<CopiedTable> tables{};
  int64_t rows = 0;
  /// "ticket id=17: title": texts with bytes that PostgreSQL cannot keep. The first of them, and
  /// how many there are.
  std::vector<std::string> replaced{};
  int64_t replaced_count = 0;
  /// "ticket id=17: differs in title". The first of them, and how many there are; none: the copy is
  /// complete and can be served.
  std::vector<std::string> differences{};
  int64_t difference_count = 0;
};

struct CopyStep {
  std::string_view phase;  ///< "copy", "check"
  std::string_view table;
  int64_t done = 0, rows = 0;  ///< of all tables in this phase
};
using CopyProgress = std::function<void(const CopyStep&)>;

/// Copies all rows, numbers and sequences, builds the search index, and compares both sides row by
/// row. Both stores are locked while this runs; until it has ended well the target can't be opened,
/// and a copy that was interrupted begins again at the next call. Memory does not grow with the
/// store.
///
/// errors  invalid: a URL that names no store, or the same one twice
///         missing: there is no store to copy
///         busy: somebody serves the source or the target
///         conflict: the target is not empty, or not ours; the source changed meanwhile
///         unreachable, full
Result<CopyReport> copy_store(const std::string& from, const std::string& to,
                              const CopyProgress& progress);

}  // namespace dw
