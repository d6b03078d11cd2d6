// What the job of notices writes down: how a run goes on, and who hears.
#pragma once
#include <string>
#include <vector>

#include "jobs/notices/records.h"
#include "ports/db.h"

namespace dw {

/// Where Arrivals::text() is kept (records/key_values.h).
constexpr const char* arrivals_row = "notices:arrivals";

/// A plan whose letters are all there may be applied; or it was a test.
struct FinishPlan {
  int64_t run = 0;
  NoticeState state = NoticeState::planned;
  Result<void> write(Db& db, TimePoint now) const;
};

/// A plan is applied from here on; `ledger` is the version that it was made against.
struct BeginRun {
  int64_t run = 0, ledger = 0;
  Result<void> write(Db& db, TimePoint now) const;
};

/// The next letters of a run: their customers have heard in this period, and of these closings.
struct SendNotices {
  NoticeRun run;  ///< `applied_to`: where it stands after them
  std::string from;
  std::vector<StoredNotice> notices;   ///< with their numbers
  std::vector<StoredNotice> left_out;  ///< after all
  Result<void> write(Db& db, TimePoint now) const;
};

/// The last letter is written. `ledger`: its version until now.
struct EndRun {
  int64_t run = 0, ledger = 0;
  Result<void> write(Db& db, TimePoint now) const;
};

struct SetMarks {
  NoticeHistory marks;
  Result<void> write(Db& db, TimePoint now) const;
};

/// What the look for a new report has found; `version` is that of the text it replaces.
struct SetArrivals {
  std::string text;
  int64_t version = 0;
  Result<void> write(Db& db, TimePoint now) const;
};

}  // namespace dw
