// The simple rule: an hour against the mean of the same hour of day, and its spikes as alerts.
#pragma once
#include <span>
#include <vector>

#include "jobs/volume/replay.h"

namespace dw {

/// Spikes close to each other are one alert: two calm hours end it, or a gap.
class SpikeRuns {
 public:
  explicit SpikeRuns(std::span<const HourCount> hours);

  /// Hour `i` is a spike; with what was expected of it and of the hour before it. `i` ascends.
  void add(size_t i, double expected, double expected_before);
  /// The last one is open unless it was calm since.
  std::vector<VolumeAlert> take();

 private:
  bool is_ended_before(size_t i) const;

  std::span<const HourCount> hours_;
  std::vector<VolumeAlert> alerts_;
  size_t last_ = 0;  // spike
};

/// As replay() and replay_incidents() by VolumeMethod::mean.
Replay replay_simple_rule(std::span<const HourCount> hours, const DetectorConfig& judging);
std::vector<VolumeAlert> simple_rule_alerts(std::span<const HourCount> hours,
                                            const DetectorConfig& judging);

}  // namespace dw
