#include "web/queue_history.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(QueueHistory, KeepsADayAndLeavesGapsWhereNobodyLooked) {
  QueueHistory history;
  EXPECT_TRUE(history.of("high").depths.empty());
  const TimePoint start(Millis(1'000'000));
  history.add("high", start, 3);
  history.add("high", start + Millis(60'400), 4);  // a timer is a little late
  history.add("high", start + Millis(240'000), {});
  const std::vector<std::optional<int64_t>> seen = {3, 4, {}, {}, {}};
  EXPECT_EQ(history.of("high").depths.size(), 5U);
  EXPECT_EQ(history.of("high").depths, seen);
  EXPECT_EQ(history.of("high").until, start + Millis(240'000));
  for (int i = 5; i < 2000; ++i) history.add("high", start + i * QueueHistory::every, i);
  EXPECT_EQ(history.of("high").depths.size(), QueueHistory::points_max);
  EXPECT_EQ(history.of("high").depths.back(), 1999);
  EXPECT_EQ(history.of("high").depths.front(), 2000 - 24 * 60);
}

TEST(QueueHistory, ANightAsleepIsAGapAndNoMore) {
  QueueHistory history;
  history.add("low", TimePoint(Millis(0)), 1);
  history.add("low", TimePoint(Millis(0)) + 9000 * QueueHistory::every, 2);
  EXPECT_EQ(history.of("low").depths.size(), QueueHistory::points_max);
  EXPECT_EQ(history.of("low").depths.back(), 2);
  history.add("low", TimePoint(Millis(0)), 3);  // a clock that was set back
  EXPECT_EQ(history.of("low").depths.back(), 3);
}

}  // namespace
}  // namespace dw
