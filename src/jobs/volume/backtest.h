// What would have been told: incidents against labels (hours that people say were spikes).
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jobs/volume/records.h"

namespace dw {

/// First and last hour that a person calls a spike, both included.
struct LabelledSpan {
  TimePoint from{}, to{};
};

struct Score {
  size_t labels = 0, found = 0;     ///< labels that an incident touches
  size_t incidents = 0, right = 0;  ///< incidents that touch a label
  double precision = 0, recall = 0, f1 = 0;
  /// Mean hours from a found label's beginning to the first hour of an incident in it.
  double delay_hours = 0;
};

/// precision of no incident and recall of no label are 1.
Score score(const std::vector<VolumeAlert>& incidents, const std::vector<LabelledSpan>& labels);

/// What people said of earlier incidents, against these: real ones found, false alarms raised anew.
struct FeedbackScore {
  size_t real = 0, real_found = 0, false_alarms = 0, false_alarms_raised = 0;
};
FeedbackScore score_feedback(const std::vector<VolumeAlert>& incidents,
                             const std::vector<VolumeAlert>& judged);

/// A heading and one column `timestamp`, or two, `from,to`. Lines that touch are not merged.
/// errors  invalid: with the line
Result<std::vector<LabelledSpan>> read_labels(std::string_view csv);

}  // namespace dw
