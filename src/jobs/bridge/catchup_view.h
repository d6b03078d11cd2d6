// What the store knows of all threads that may have missed something while we were away.
#pragma once
#include "config/bridge_section.h"
#include "jobs/bridge/view.h"
#include "ports/db.h"

namespace dw::bridge {

/// The newest threads that are open or could be reopened, the last that was said in each, how far
/// their channels were read, and what waits to be read.
Result<void> read_live(ReadDb& db, TimePoint now, BridgeView& out);

/// The questions for histories that wait since an earlier start, of all channels.
Result<void> read_unread(ReadDb& db, const std::vector<BridgeSettings>& bridges, BridgeView& out);

/// The unsolved tickets of shadow mode, with their threads.
Result<void> read_shadows(ReadDb& db, BridgeView& out);

}  // namespace dw::bridge
