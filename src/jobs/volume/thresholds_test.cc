#include "jobs/volume/thresholds.h"

#include <gtest/gtest.h>

#include "jobs/volume/alerting.h"

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

TEST(thresholds, those_that_moved_are_listed_by_kind_of_hour_with_what_people_marked) {
  Season season("UTC", {});
  const auto moved = FeedbackThresholds::moved(
      feedback_of({alert("false_alarm", 9), alert("real", 10), alert("false_alarm", 24 + 11),
                   alert("real", 5 * 24 + 20, AlertKind::drop), alert("", 20)}),
      season);
  ASSERT_EQ(moved.size(), 2) << "a kind of hour that nobody judged is not in it";
  EXPECT_EQ(json::serialize(shape_of(moved[0])),
            R"({"kind":"spike","day":"weekday","from_hour":6,"to_hour":12,"real":1,)"
            R"("false_alarms":2,"sensitivity_factor":3.75E-1})");
  EXPECT_EQ(json::serialize(shape_of(moved[1])),
            R"({"kind":"drop","day":"weekend","from_hour":18,"to_hour":24,"real":1,)"
            R"("false_alarms":0,"sensitivity_factor":1.5E0})");
}

TEST(thresholds, the_simple_rule_has_none_that_move) {
  DetectorConfig judging{.feedback = feedback_of({alert("real", 9)})};
  EXPECT_EQ(moved_thresholds(judging).size(), 1);
  judging.method = VolumeMethod::mean;
  EXPECT_TRUE(moved_thresholds(judging).empty());
}

}  // namespace
}  // namespace dw
