// All probes of `deskwire check`, for the command and for the daemon, which runs them at its start
// and every hour and shows what it finds among the connectors.
#pragma once
#include <vector>

#include "app/core.h"
#include "records/channel_names.h"
#include "web/connector_states.h"

namespace dw {

struct TimedProbe {
  Probe probe;
  Millis took{};
};

struct Probed {
  std::vector<TimedProbe> probes;
  channel_names::Names channels;  ///< what the channels are called
};

/// Every target, channel, hook, the clock and the public address.
Task<Probed> probe_all(Core& core, Millis timeout);

/// One round of the daemon's. What fails, and each channel, is a connector of its own; what fails
/// or works again is logged when that changes.
Task<void> watch_probes(Core& core, ConnectorStates& states);

}  // namespace dw
