// The report, read beside what the ledger knows: who is due now. It takes as long as the report is
// large, so it is done outside of any transaction; what is found counts only against the version of
// the ledger that it was found with.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "jobs/notices/composer.h"
#include "jobs/notices/selection.h"
#include "net/task.h"
#include "ports/store.h"
#include "ports/table.h"

namespace dw {

/// Opens the report that the settings name, at its first row; with a name, this version of that one
/// and no other. Null: that version is gone.
using OpenReport =
    std::function<Task<Result<std::unique_ptr<ReportTable>>>(const ReportVersion& wanted)>;

/// What would be sent and what would not, decided now.
struct PickedNotices {
  NoticeRun run;  ///< not kept: without a number
  NoticeHistory marks;
  std::optional<int32_t> imported_day;  ///< from_day, as the older tool's file says it
  std::unique_ptr<Selection> selection;
  bool is_replaced = false;  ///< the version that was wanted is gone, and nothing is selected
};

struct ReadingParts {
  Loop& loop;
  Store& store;
  Clock& clock;
  const NoticeComposer& composer;
  OpenReport open;
};

/// errors  as NoticeComposer::check(), and as the report's place and contents say
Task<Result<std::unique_ptr<PickedNotices>>> pick_notices(const ReadingParts& parts,
                                                          const ReportVersion& wanted = any_report);

/// Of all that makes a plan what it is: another report, other words, another plan.
std::string plan_hash(const Selection& selection, const NoticesSettings& settings,
                      const std::string& period);

/// [["1041","Printer","2026-11-16"]], as the store keeps a letter's tickets.
void append_tickets(std::string& out, const std::vector<SelectedTicket>& tickets);

}  // namespace dw
