// The ticket volume on the live stream: an hour that was counted, as it is judged now.
#pragma once
#include "jobs/volume/replay.h"
#include "ports/live_topic.h"

namespace dw {

/// An hour as the live stream carries it.
struct LiveHour {
  ScoredHour judged;
};
const Shape<LiveHour>& shape_for(const LiveHour*);

/// What was expected of an hour, in hundredths.
double shown_expected(const ScoredHour& hour);

LiveTopic volume_topic(DetectorConfig judging);

}  // namespace dw
