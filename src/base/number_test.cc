#include "base/number.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(Number, is_the_whole_text_or_absent) {
  EXPECT_EQ(number_in("42"), 42);
  EXPECT_EQ(number_in("-42"), -42);
  for (const char* text : {"", " 42", "42 ", "+42", "42h", "4.2", "0x2a", "9223372036854775808"}) {
    EXPECT_EQ(number_in(text), std::nullopt) << text;
  }
}

TEST(Number, fits_its_type) {
  EXPECT_EQ(number_in<uint16_t>("65535"), 65535);
  EXPECT_EQ(number_in<uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(number_in<uint64_t>("-1"), std::nullopt);
  EXPECT_EQ(number_in<unsigned>("1f44b", 16), 0x1f44bU);
  EXPECT_EQ(number_in<double>("2.5"), 2.5);
}

}  // namespace
}  // namespace dw
