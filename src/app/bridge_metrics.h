// What /metrics says of each bridged channel: tickets, time open, time to the first reply, cycle.
#pragma once
#include "app/core.h"

namespace dw {

/// Once, before the first measure.
void declare_bridge_metrics(Metrics& metrics);

/// Reads the figures of the last seven days of each bridged channel and shows them. A channel
/// that is configured by its name is shown once its id is known.
Task<void> measure_bridges(Core& core);

}  // namespace dw
