// The report of notices, wherever the settings say it lies.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "net/task.h"
#include "ports/table.h"

namespace dw {

struct Core;

/// errors  as the place says; invalid: neither .csv nor .xlsx
Task<Result<std::unique_ptr<ReportTable>>> open_report(Core& core);
/// ", as svc@project.iam.gserviceaccount.com", or nothing.
Task<std::string> reader_of_report(Core& core);

}  // namespace dw
