// The report of notices, wherever the settings say it lies.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/task.h"
#include "ports/table.h"

namespace dw {

struct Core;

/// The look of notices.watch, as the scheduler names it.
constexpr std::string_view report_watch_name = "notices watch";

/// The newest report, or this version of that one; null: it is gone.
/// errors  as the place says; missing: there is no report
Task<Result<std::unique_ptr<ReportTable>>> open_report(Core& core, ReportVersion wanted);
/// Looks once whether a report has arrived; what is new becomes an event.
Task<void> look_for_report(Core& core, TimePoint due);
/// ", as svc@project.iam.gserviceaccount.com", or nothing.
Task<std::string> reader_of_report(Core& core);

}  // namespace dw
