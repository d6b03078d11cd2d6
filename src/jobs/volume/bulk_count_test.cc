#include "jobs/volume/bulk_count.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

const TimePoint since = *from_rfc3339("2026-11-20T10:30:00Z");
const TimePoint first = *from_rfc3339("2026-11-20T10:00:00Z");

std::vector<int64_t> counts_of(const BulkCount& count, TimePoint until) {
  std::vector<int64_t> out;
  for (const HourCount& one : count.hours(until)) out.push_back(one.count);
  return out;
}

TEST(bulk_count, a_ticket_counts_once_and_in_the_hour_of_its_birth) {
  BulkCount count(since);
  count.take(41, first);
  count.take(42, first + std::chrono::minutes(59));
  count.take(43, first + std::chrono::minutes(60));
  count.take(42, first + std::chrono::minutes(59));
  EXPECT_EQ(count.tickets(), 3);
  EXPECT_EQ(counts_of(count, first + 4 * one_hour), (std::vector<int64_t>{2, 1, 0, 0}));
  EXPECT_EQ(count.hours(first + one_hour).front().hour, first);
}

TEST(bulk_count, what_was_born_before_or_at_no_believable_time_is_left_out) {
  BulkCount count(since);
  count.take(1, first - Millis(1));
  count.take(2, *from_rfc3339("9999-01-01T00:00:00Z"));
  count.take(3, TimePoint{});
  EXPECT_EQ(count.tickets(), 0);
}

TEST(bulk_count, it_goes_on_from_its_text_as_if_nothing_had_been) {
  BulkCount count(since);
  for (int64_t id = 1; id < 1000; id += 3) count.take(id, first + id * Millis(60'000));
  count.take(INT64_MAX, first);
  count.cursor = "MTcw";
  Result<BulkCount> again = BulkCount::decode(count.encode());
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->cursor, "MTcw");
  EXPECT_EQ(again->from(), first);
  EXPECT_EQ(again->tickets(), count.tickets());
  EXPECT_EQ(again->encode(), count.encode());
  for (int64_t id = 1; id < 1000; ++id) again->take(id, first + id * Millis(60'000));
  again->take(INT64_MAX, first);
  EXPECT_EQ(again->tickets(), 1000);
}

TEST(bulk_count, the_text_stays_small_for_ids_in_a_row) {
  BulkCount count(since);
  for (int64_t id = 1; id <= 100'000; ++id) count.take(id, first);
  EXPECT_LT(count.encode().size(), 40'000U);
}

TEST(bulk_count, another_text_is_refused) {
  for (const char* text : {"", "2026-11-20T10:00:00Z", "{}", R"({"from":"2026-11-20T10:00:00Z"})",
                           R"({"from":"2026-11-20T10:00:00Z","counts":[1],"ids":"x:y"})",
                           R"({"from":"2026-11-20T10:00:00Z","counts":["a"],"ids":""})"}) {
    const bool is_taken = BulkCount::decode(text).ok();
    EXPECT_FALSE(is_taken) << text;
  }
}

}  // namespace
}  // namespace dw
