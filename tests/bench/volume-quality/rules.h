// The rules that are set side by side, ours and its rivals; each gives alerts.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "jobs/volume/replay.h"

namespace dw {

/// Alerts of both kinds, or of spikes alone.
enum class Sides { up, both };

using Rule = std::function<std::vector<VolumeAlert>(std::span<const HourCount>, Sides)>;

/// By name, in the order of the tables. Labels of the simulation are spikes, so that rules look up
/// alone there; the public labels are any anomaly, and a rule that knows both sides looks at both.
const std::vector<std::pair<std::string, Rule>>& rules();

/// Hours of alarm as alerts, by the same two calm hours as the simple rule has.
std::vector<VolumeAlert> grouped(std::span<const HourCount> hours,
                                 const std::vector<bool>& is_alarm);

}  // namespace dw
