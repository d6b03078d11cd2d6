// The report of notices, wherever the settings say it lies.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "connectors/tables/bytes.h"
#include "net/task.h"
#include "ports/table.h"

namespace dw {

struct Core;

/// What earlier looks at a Google Sheet have found: what did not change is not read again.
struct SheetLooks {
  std::string version;  ///< Drive's; empty: not known
  std::string cells;    ///< what the cells were at that version
  Monotonic read_at{};
  Monotonic ask_drive_from{};  ///< after a refusal
};

/// What the newest report is now, without a wait for one that is being written; nothing: there is
/// none. One request, or one pass over a folder. A Google Sheet is read whole where Drive does not
/// say that it is the same; what formulas fetch from elsewhere is seen within an hour.
Task<Result<std::optional<FoundReport>>> find_report(Core& core, SheetLooks& looks);
/// The newest report, or this version of that one; null: it is gone.
/// errors  as the place says; missing: there is no report
Task<Result<std::unique_ptr<ReportTable>>> open_report(Core& core, ReportVersion wanted);
/// ", as svc@project.iam.gserviceaccount.com", or nothing.
Task<std::string> reader_of_report(Core& core);
/// Why a look of notices.watch costs more than one small request, and what to do; empty: it does
/// not.
Task<std::string> cost_of_watch(Core& core);

}  // namespace dw
