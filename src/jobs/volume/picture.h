// Judged hours as a chart: band, ticks at local midnights, the marked hour.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "chart/chart.h"
#include "jobs/volume/replay.h"

namespace dw {

/// The title is given in words; ticks are as many as fit.
Chart picture_of(std::span<const ScoredHour> hours, const DetectorConfig& judging,
                 std::string title, std::optional<TimePoint> marked);

}  // namespace dw
