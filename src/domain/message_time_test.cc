#include "domain/message_time.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(MessageTime, is_in_microseconds) {
  EXPECT_EQ(micros_of("12.000001"), 12'000'001);
  EXPECT_EQ(micros_of("12.5"), 12'500'000);
  EXPECT_EQ(micros_of("12"), 12'000'000);
  EXPECT_EQ(micros_of("C1"), 0);
  EXPECT_EQ(micros_of("12.x"), 0);
}

}  // namespace
}  // namespace dw
