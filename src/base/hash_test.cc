#include "base/hash.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(Hash, base64_of_urls_has_no_padding_and_its_own_two_digits) {
  const std::string bytes = {'\xFB', '\xFF', '\xBF', '\x00', 'a'};
  EXPECT_EQ(to_base64(bytes), "+/+/AGE=");
  EXPECT_EQ(to_base64url(bytes), "-_-_AGE");
  EXPECT_EQ(from_base64("+/+/AGE="), bytes);
  EXPECT_EQ(from_base64url("-_-_AGE"), bytes);
  EXPECT_EQ(to_base64url(""), "");
  EXPECT_EQ(from_base64url(""), "");
}

TEST(Hash, what_is_no_base64_is_none) {
  for (const char* text : {"A", "AGE", "AG E", "-_-_AGE=", "A===", "====", "AGE=AGE="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  for (const char* text : {"A", "-_-_A", "+/+/AGE", "AGE=", "AG E", "AG.E"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

}  // namespace
}  // namespace dw
