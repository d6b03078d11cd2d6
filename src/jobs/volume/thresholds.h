// What people said of past alerts moves the threshold of hours of that kind: a false alarm makes
// them harder to alert on, a real one easier, within bounds. Taken back, it moves nothing.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "jobs/volume/alerts.h"
#include "jobs/volume/season.h"

namespace dw {

/// What a person said of an alert.
struct AlertFeedback {
  AlertKind kind = AlertKind::spike;
  TimePoint peak{};  ///< whose kind of hour is meant
  TimePoint to{};    ///< hours after this one are judged by it
  bool is_real = false;
};
/// Of those alerts that have been judged, by the end of the alert.
std::vector<AlertFeedback> feedback_of(const std::vector<VolumeAlert>& alerts);

/// A kind of hour: spikes or drops, by day type and quarter of the local day.
struct HourKind {
  static constexpr size_t count = 24;
  AlertKind alert = AlertKind::spike;
  enum class Day { weekday, weekend, holiday } day = Day::weekday;
  int quarter = 0;  ///< 0: midnight to six

  size_t index() const;
  static HourKind at(size_t index);
  static HourKind of(AlertKind alert, const SeasonSlot& slot);
};
/// "weekday", "weekend", "holiday"
std::string_view name_of(HourKind::Day day);

/// How many times `sensitivity` counts in hours of a kind.
struct KindThreshold {
  int real = 0, false_alarms = 0;
  double factor() const;
};

/// A kind of hour that people have judged, and what became of its threshold.
struct MovedThreshold {
  HourKind hours;
  KindThreshold feedback;
};

class FeedbackThresholds {
 public:
  /// `said` ordered by `to`.
  FeedbackThresholds(std::vector<AlertFeedback> said, Season& season);

  /// The factor for an hour; hours ascend.
  double factor(TimePoint hour, AlertKind alert, const SeasonSlot& slot);
  bool is_empty() const { return said_.empty(); }
  /// As they stand after all that was said; kinds of hours that nobody judged are left out.
  static std::vector<MovedThreshold> moved(const std::vector<AlertFeedback>& said, Season& season);

 private:
  std::vector<AlertFeedback> said_;
  Season& season_;
  size_t next_ = 0;
  std::array<KindThreshold, HourKind::count> kinds_{};
};

}  // namespace dw
