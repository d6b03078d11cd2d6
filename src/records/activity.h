// When each target was last sent something, and when something last came from each source: what a
// process that has just started cannot know by itself.
#pragma once
#include <map>
#include <string>

#include "base/clock.h"
#include "ports/db.h"

namespace dw::activity {

using LastTimes = std::map<std::string, TimePoint>;

/// Of the newest deliveries that are done; a target without one among them is not there.
/// cost  rows_max rows of the primary key, however large the store is
Result<LastTimes> of_targets(ReadDb& db);

/// Of the newest events, in the same way.
Result<LastTimes> of_sources(ReadDb& db);

}  // namespace dw::activity
