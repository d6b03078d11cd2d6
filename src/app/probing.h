// All probes of `deskwire check`, for the command and for the daemon, which runs them at its start
// and every hour and shows what it finds among the connectors.
#pragma once
#include <vector>

#include "app/core.h"
#include "web/connector_states.h"

namespace dw {

struct TimedProbe {
  Probe probe;
  Millis took{};
};

/// Every target, channel, hook, the clock and the public address.
Task<std::vector<TimedProbe>> probe_all(Core& core, Millis timeout);

/// One round of the daemon's. What fails, and each channel, is a connector of its own; what fails
/// or works again is logged when that changes.
Task<void> watch_probes(Core& core, ConnectorStates& states);

}  // namespace dw
