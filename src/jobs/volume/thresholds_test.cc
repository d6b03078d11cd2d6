#include "jobs/volume/thresholds.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

const TimePoint monday{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)};

VolumeAlert alert(const char* feedback, int hour, AlertKind kind = AlertKind::spike) {
  VolumeAlert out;
  out.kind = kind;
  out.from = out.peak = out.to = monday + hour * one_hour;
  out.feedback = feedback;
  return out;
}

double factor(const std::vector<VolumeAlert>& alerts, int hour, AlertKind kind = AlertKind::spike) {
  Season season("UTC", {});
  FeedbackThresholds thresholds(feedback_of(alerts), season);
  const TimePoint at = monday + hour * one_hour;
  return thresholds.factor(at, kind, season.of(at));
}

TEST(thresholds, a_false_alarm_halves_the_sensitivity_in_hours_of_that_kind) {
  const std::vector<VolumeAlert> said = {alert("false_alarm", 9)};
  EXPECT_EQ(factor(said, 24 + 10), 0.5) << "Tuesday morning";
  EXPECT_EQ(factor(said, 24 + 20), 1) << "an evening";
  EXPECT_EQ(factor(said, 5 * 24 + 10), 1) << "a Saturday";
  EXPECT_EQ(factor(said, 24 + 10, AlertKind::drop), 1);
  EXPECT_EQ(factor(said, 9), 1) << "the hour itself stays as it was judged";
}

TEST(thresholds, a_real_alert_raises_it_and_both_are_bounded) {
  EXPECT_EQ(factor({alert("real", 9)}, 34), 1.5);
  EXPECT_EQ(factor(std::vector<VolumeAlert>(50, alert("real", 9)), 34), 4);
  EXPECT_EQ(factor(std::vector<VolumeAlert>(50, alert("false_alarm", 9)), 34), 1.0 / 32);
}

TEST(thresholds, what_is_taken_back_moves_nothing) {
  EXPECT_EQ(factor({alert("", 9)}, 34), 1);
}

}  // namespace
}  // namespace dw
