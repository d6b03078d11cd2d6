#include "net/http_date.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(http_date, a_servers_date_is_a_moment_and_anything_else_is_none) {
  const auto date = from_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
  ASSERT_TRUE(date);
  EXPECT_EQ(to_rfc3339(*date), "1994-11-06T08:49:37.000Z");
  EXPECT_FALSE(from_http_date("yesterday or so"));
  EXPECT_FALSE(from_http_date(""));
  const auto far = from_http_date("Sun, 06 Nov 2147483647 08:49:37 GMT");
  EXPECT_TRUE(!far || to_rfc3339(*far) == "9999-12-31T23:59:59.000Z");
}

}  // namespace
}  // namespace dw
