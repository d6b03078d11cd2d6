// The report of notices, wherever the settings say it lies.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "connectors/tables/bytes.h"
#include "net/task.h"
#include "ports/table.h"

namespace dw {

struct Core;

/// What the newest report is now, without a wait for one that is being written; nothing: there is
/// none. One request, or one pass over a folder; a Google Sheet is read whole.
Task<Result<std::optional<FoundReport>>> find_report(Core& core);
/// The newest report, or this version of that one; null: it is gone.
/// errors  as the place says; missing: there is no report
Task<Result<std::unique_ptr<ReportTable>>> open_report(Core& core, ReportVersion wanted);
/// ", as svc@project.iam.gserviceaccount.com", or nothing.
Task<std::string> reader_of_report(Core& core);

}  // namespace dw
