#include "base/plain_text.h"

#include <gtest/gtest.h>

#include <string>

namespace dw {
namespace {

TEST(plain_text, is_printable_ascii_and_nothing_else_at_any_place) {
  for (size_t size = 0; size < 40; ++size) {
    EXPECT_TRUE(is_plain(std::string(size, '~')));
    EXPECT_TRUE(is_plain(std::string(size, ' ')));
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        const bool is_printable = byte >= 0x20 && byte < 0x7F;
        for (const char other : {' ', '~'}) {
          std::string text(size, other);
          text[at] = static_cast<char>(byte);
          ASSERT_EQ(is_plain(text), is_printable) << byte << " at " << at << " of " << size;
          ASSERT_EQ(plain_bytes(text), is_printable ? size : at);
        }
      }
    }
  }
}

}  // namespace
}  // namespace dw
