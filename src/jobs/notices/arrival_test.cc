#include "jobs/notices/arrival.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace dw {
namespace {

const ReportVersion half{"in/a.csv", "10"}, whole{"in/a.csv", "20"}, other{"in/b.csv", "5"};

/// The looks at which a reading begins, of these reports found one after the other.
std::vector<size_t> readings_of(const std::vector<ReportVersion>& found,
                                const std::vector<size_t>& busy = {}) {
  std::vector<size_t> out;
  Arrivals arrivals;
  for (size_t i = 0; i < found.size(); ++i) {
    const bool is_reading = std::find(busy.begin(), busy.end(), i) != busy.end();
    const ArrivalStep step = look_at_arrival(arrivals, found[i], is_reading);
    arrivals = Arrivals::parse(step.next.text());
    EXPECT_EQ(arrivals, step.next);
    if (step.is_ready) out.push_back(i);
  }
  return out;
}

using Looks = std::vector<size_t>;

TEST(Arrival, a_report_that_stood_still_for_one_look_is_read_once) {
  EXPECT_EQ(readings_of({whole, whole, whole, whole}), (Looks{1}));
}

TEST(Arrival, a_report_that_grows_is_not_read) {
  EXPECT_EQ(readings_of({half, whole, half, whole}), (Looks{}));
  EXPECT_EQ(readings_of({half, whole, whole}), (Looks{2}));
}

TEST(Arrival, each_newer_report_is_read_and_an_older_one_again_where_it_is_the_newest_once_more) {
  EXPECT_EQ(readings_of({whole, whole, other, other, other, whole, whole}), (Looks{1, 3, 6}));
}

TEST(Arrival, a_newer_report_that_went_away_at_once_starts_nothing) {
  EXPECT_EQ(readings_of({whole, whole, other, whole}), (Looks{1}));
}

TEST(Arrival, what_arrives_during_a_reading_is_read_after_it) {
  EXPECT_EQ(readings_of({whole, whole, other, other, other, other}, {2, 3, 4}), (Looks{1, 5}));
}

TEST(Arrival, a_text_that_is_none_is_as_nothing_yet) {
  EXPECT_EQ(Arrivals::parse(""), Arrivals());
  EXPECT_EQ(Arrivals::parse("[1]"), Arrivals());
}

}  // namespace
}  // namespace dw
