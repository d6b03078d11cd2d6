// One look of [watch]: what only this replica can see becomes an event for the job, if there is
// anything to tell.
#pragma once
#include "app/core.h"
#include "engine/scheduler.h"
#include "web/connector_states.h"

namespace dw {

Task<void> look_at_self(Core& core, const ConnectorStates& states, const Scheduler& scheduler,
                        TimePoint due);

}  // namespace dw
