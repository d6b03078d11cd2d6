// The tally on the live stream: a bar whose number changed.
#pragma once
#include <string>

#include "jobs/tally/records.h"
#include "ports/live_topic.h"

namespace dw {

const Shape<TallyBar>& shape_for(const TallyBar*);

/// Bars of today; days begin in `timezone`.
LiveTopic tally_topic(std::string timezone);

}  // namespace dw
