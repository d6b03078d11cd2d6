// notices.watch: a report that arrives, or changes, is noticed.
#pragma once
#include <string_view>

#include "base/clock.h"
#include "net/task.h"

namespace dw {

struct Core;
struct SheetLooks;

/// As the scheduler names it.
constexpr std::string_view report_watch_name = "notices watch";

/// Looks once whether a report has arrived; what is new becomes an event.
Task<void> look_for_report(Core& core, SheetLooks& looks, TimePoint due);

}  // namespace dw
