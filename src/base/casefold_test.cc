#include "base/casefold.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

// ASCII takes a short way, which an accent behind it closes.
TEST(Casefold, ascii_is_what_unicode_says_of_it) {
  std::string all;
  for (char c = 0; c < 0x7F; ++c) {
    const std::string one(1, c);
    EXPECT_EQ(nfkc(one) + "é", nfkc(one + "é")) << int{c};
    EXPECT_EQ(nfkc_casefold(one) + "é", nfkc_casefold(one + "é")) << int{c};
    all += c;
  }
  EXPECT_EQ(nfkc_casefold(all) + "é", nfkc_casefold(all + "é"));
  EXPECT_EQ(nfkc_casefold("#INTERNAL é"), "#internal é");
  EXPECT_EQ(nfkc_casefold("＃Ｉnternal ﬁ"), "#internal fi");
}

}  // namespace
}  // namespace dw
