// Looks each minute which threads wait too long for a first reply; the bridge reminds them.
#pragma once
#include "app/core.h"

namespace dw {

/// Whether any bridge reminds.
bool has_reminders(const Settings& settings);
/// One event for each thread that is due. Over replicas and restarts a thread is reminded once:
/// what was mentioned is in the store, and the bridge looks at it before it plans.
Task<void> remind_waiting(Core& core, TimePoint due);

/// At the start: since when each bridge reminds. What was due before it did is not mentioned; one
/// that stopped begins again when it does again.
Task<void> begin_reminders(Core& core);

}  // namespace dw
