// The shapes of /v1/volume.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"
#include "jobs/volume/alerting.h"
#include "jobs/volume/records.h"
#include "jobs/volume/replay.h"

namespace dw {

struct ShownHour {
  ScoredHour judged;
  Band band;
  std::optional<double> probability;  ///< by the seasonal rule alone
  Band usual;                         ///< of 8 in 10 such hours
};
/// Of 8 in 10 such hours.
Band usual_of(const ScoredHour& hour, const DetectorConfig& judging);
ShownHour shown_hour(const ScoredHour& judged, const DetectorConfig& judging);

/// GET /v1/volume.
struct ShownVolume {
  DetectorConfig judging;
  bool is_trial = false;  ///< by another rule than the one that is configured
  std::vector<ShownHour> hours;
  std::vector<VolumeAlert> incidents;
  std::vector<MovedThreshold> thresholds;
};

/// Hours that were taken out of a file.
struct ImportedVolume {
  int64_t hours = 0;
  TimePoint from{}, to{};
};

const Shape<ImportedVolume>& shape_for(const ImportedVolume*);
const Shape<ShownHour>& shape_for(const ShownHour*);
const Shape<ShownVolume>& shape_for(const ShownVolume*);

}  // namespace dw
