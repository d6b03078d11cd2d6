// Hours of the past judged one by one, each from those before it alone: what the live run, the
// backtest and the board all use.
#pragma once
#include <span>
#include <vector>

#include "config/volume_section.h"
#include "jobs/volume/alerts.h"
#include "jobs/volume/baseline.h"
#include "jobs/volume/thresholds.h"

namespace dw {

/// The few settings that judge.
struct DetectorConfig {
  VolumeMethod method = VolumeMethod::seasonal;
  double threshold = 0.5;
  double sensitivity = 1e-4;
  int64_t count_min = 5, excess_min = 5;
  bool has_silence = true;
  Millis history{26LL * 7 * 86'400'000};
  std::string timezone = "UTC";
  std::vector<int64_t> holidays;          ///< local days
  std::vector<AlertFeedback> feedback{};  ///< as feedback_of() orders it
};

/// `holidays`: the days of read_holidays().
DetectorConfig judging_of(const VolumeSettings& settings, const std::string& timezone,
                          std::vector<int64_t> holidays);

struct Replay {
  std::vector<ScoredHour> hours;
  std::vector<VolumeAlert> incidents;
};

/// `hours` ascend, none twice; missing ones are gaps. Cost: about a microsecond an hour, a few
/// nanoseconds by the simple rule.
Replay replay(std::span<const HourCount> hours, const DetectorConfig& judging);

/// Incidents alone, for many series: nothing is kept per hour.
std::vector<VolumeAlert> replay_incidents(std::span<const HourCount> hours,
                                          const DetectorConfig& judging);

/// The tail of any hour: of a count at least so high, or so low where it is below the mean. It is
/// corrected by the series' past; tail_by_law() is not.
double tail_of(const ScoredHour& hour);
double tail_by_law(const ScoredHour& hour);

/// What feedback has made of the thresholds, after all that was said. The simple rule has none that
/// move.
std::vector<MovedThreshold> moved_thresholds(const DetectorConfig& judging);

/// Counts that are within expectation, [low, high], for pictures.
struct Band {
  int64_t low = 0, high = 0;
};
Band band_of(const ScoredHour& hour, const DetectorConfig& judging);

}  // namespace dw
