#include "jobs/notices/changes.h"

#include <fmt/format.h>

#include "jobs/notices/notice.h"
#include "jobs/notices/rows.h"
#include "records/key_values.h"

namespace dw {
namespace {

/// What was read under the ledger's lock stands until the commit; an old program that writes beside
/// us takes the same lock.
Result<void> expect(bool is_so, int64_t run) {
  if (is_so) return {};
  return Error{ErrorKind::conflict, "notices", fmt::format("run {} has changed meanwhile", run)};
}

}  // namespace

Result<void> FinishPlan::write(Db& db, TimePoint) const {
  DW_TRY(const bool is_newest, notices::finish_plan(db, run, state));
  return expect(is_newest, run);
}

Result<void> BeginRun::write(Db& db, TimePoint now) const {
  DW_TRY(const bool is_moved, notices::move_ledger(db, ledger));
  DW_CHECK(expect(is_moved, run));
  DW_TRY(const bool is_begun, notices::begin_run(db, run, now));
  return expect(is_begun, run);
}

Result<void> SendNotices::write(Db& db, TimePoint) const {
  DW_TRY(const bool is_ours, notices::advance_run(db, run.id, from, run.applied_to));
  DW_CHECK(expect(is_ours, run.id));
  for (const StoredNotice& one : left_out) DW_CHECK(notices::set_sent(db, one));
  for (const StoredNotice& one : notices) {
    DW_TRY(const bool is_first, notices::reserve(db, run.period, one.email, run.id));
    DW_CHECK(expect(is_first, run.id));
    for (const NoticeTicket& ticket : tickets_in_json(one.tickets)) {
      DW_CHECK(notices::mark_closure(db, ticket.id, ticket.day, run.id));
    }
  }
  return {};
}

Result<void> EndRun::write(Db& db, TimePoint) const {
  // Plans that were made meanwhile knew half of the ledger.
  DW_TRY(const bool is_moved, notices::move_ledger(db, ledger));
  DW_CHECK(expect(is_moved, run));
  DW_TRY(const bool is_ended, notices::end_run(db, run));
  return expect(is_ended, run);
}

Result<void> SetMarks::write(Db& db, TimePoint) const {
  return notices::set_marks(db, marks);
}

Result<void> SetArrivals::write(Db& db, TimePoint) const {
  return key_values::set(db, arrivals_row, text, version);
}

}  // namespace dw
