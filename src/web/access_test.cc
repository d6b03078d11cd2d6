#include "web/access.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(Scopes, a_token_opens_the_nouns_it_was_made_for) {
  EXPECT_TRUE(is_in_scope("", "POST", "/v1/tickets"));
  EXPECT_TRUE(is_in_scope("tally:read", "GET", "/v1/tally"));
  EXPECT_TRUE(is_in_scope("tally:read", "GET", "/v1/tally/updates"));
  EXPECT_FALSE(is_in_scope("tally:read", "GET", "/v1/tickets"));
  EXPECT_FALSE(is_in_scope("tickets:read", "POST", "/v1/tickets"));
  EXPECT_TRUE(is_in_scope("tally:read tickets", "POST", "/v1/tickets/4/comments"));
  EXPECT_TRUE(is_in_scope("metrics", "GET", "/metrics"));
  EXPECT_FALSE(is_in_scope("tick", "GET", "/v1/tickets"));
}

}  // namespace
}  // namespace dw
