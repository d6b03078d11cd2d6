#include "jobs/volume/births.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

const TimePoint first = *from_rfc3339("2026-11-20T10:00:00Z");

TaggedTicket born(int64_t id, TimePoint at) {
  return {.id = std::to_string(id), .subject = {}, .tags = {}, .created_at = at};
}

std::vector<int64_t> counts_of(const CountedBirths& counted, TimePoint until) {
  std::vector<HourCount> hours;
  for (const auto& [hour, count] : counted.hours) hours.push_back({hour, count});
  std::vector<int64_t> out;
  for (const HourCount& one : every_hour(hours, first, until)) out.push_back(one.count);
  return out;
}

TEST(created, a_ticket_counts_once_and_in_the_hour_of_its_birth) {
  const CountedBirths counted =
      count_created({born(41, first), born(42, first + std::chrono::minutes(59)),
                     born(43, first + std::chrono::minutes(60)), born(41, first)},
                    first, {});
  EXPECT_EQ(counted.tickets(), 3);
  EXPECT_EQ(counts_of(counted, first + 4 * one_hour), (std::vector<int64_t>{2, 1, 0, 0}));
}

TEST(created, a_ticket_that_is_deleted_while_they_are_counted_counts_no_more) {
  TaggedTicket gone = born(41, first);
  gone.is_deleted = true;
  TaggedTicket never = born(44, first);
  never.is_deleted = true;
  const CountedBirths before = count_created({born(41, first), born(42, first)}, first, {});
  const CountedBirths after = count_created({gone, never, gone}, first, before.seen);
  EXPECT_EQ(after.tickets(), -1);
  EXPECT_EQ(after.hours.at(first), -1);
  const CountedBirths again = count_created({born(41, first)}, first, after.seen);
  EXPECT_EQ(again.tickets(), 1) << "it was restored";
  EXPECT_EQ(count_created({born(41, first), gone}, first, {}).tickets(), 0) << "within a page";
}

TEST(created, what_was_born_before_or_at_no_believable_time_is_left_out) {
  const CountedBirths counted =
      count_created({born(1, first - Millis(1)), born(2, *from_rfc3339("9999-01-01T00:00:00Z")),
                     born(3, TimePoint{})},
                    first, {});
  EXPECT_EQ(counted.tickets(), 0);
  EXPECT_TRUE(counted.seen.empty()) << "a chunk that did not change is not written";
}

TEST(created, a_count_goes_on_from_its_chunks_as_if_nothing_had_been) {
  std::vector<TaggedTicket> third, all;
  for (int64_t id = 1; id < 5000; ++id) {
    all.push_back(born(id, first));
    if (id % 3 == 0) third.push_back(born(id, first));
  }
  all.push_back(born(INT64_MAX, first));
  third.push_back(all.back());
  IdChunks kept;
  for (const auto& [chunk, bits] : count_created(third, first, {}).seen) {
    const Result<IdChunk> again = decode_chunk(encode(bits));
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, bits);
    kept[chunk] = *again;
  }
  EXPECT_EQ(kept.size(), 6U) << "a chunk for 1,024 ids in a row";
  EXPECT_EQ(chunks_of(third).size(), 6U);
  EXPECT_EQ(count_created(all, first, kept).tickets(), 5000 - 1667);
}

TEST(created, another_text_is_no_chunk) {
  for (const std::string& text : {std::string(), std::string(255, '0'), std::string(256, 'x')}) {
    EXPECT_FALSE(decode_chunk(text).ok()) << text;
  }
}

}  // namespace
}  // namespace dw
