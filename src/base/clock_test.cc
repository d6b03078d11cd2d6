#include "base/clock.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(Clock, times_are_read_as_they_are_printed) {
  for (const char* text :
       {"2026-11-21T09:04:05.123Z", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"}) {
    ASSERT_TRUE(from_rfc3339(text).has_value()) << text;
    EXPECT_EQ(to_rfc3339(*from_rfc3339(text)), text);
  }
  EXPECT_EQ(from_rfc3339("2026-11-21T10:00:00+01:00"), from_rfc3339("2026-11-21T09:00:00Z"));
}

TEST(Clock, an_offset_leads_out_of_no_year_that_can_be_printed) {
  EXPECT_FALSE(from_rfc3339("9999-12-31T23:59:59-12:00").has_value());
  EXPECT_FALSE(from_rfc3339("0000-01-01T00:00:00+00:01").has_value());
}

}  // namespace
}  // namespace dw
