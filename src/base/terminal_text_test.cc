#include "base/terminal_text.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(terminal_text, no_control_character_is_left) {
  EXPECT_EQ(for_terminal("a\x1B[2J\x07 b\x7F\rc\nd\te"), "a[2J bc d\te");
  EXPECT_EQ(for_terminal("x\xC2\x9B"
                         "31mred\xC2\x85y"),
            "x31mredy")
      << "CSI and NEL of 8 bits";
  EXPECT_EQ(for_terminal("Zo\xC3\xAB \xC2\xA0 \xE2\x9C\x93"), "Zo\xC3\xAB \xC2\xA0 \xE2\x9C\x93");
  EXPECT_EQ(for_terminal("a\nb", "\n"), "a\nb");
  EXPECT_EQ(for_terminal("\xC2"), "\xC2");
}

TEST(terminal_text, json_keeps_its_values) {
  EXPECT_EQ(json_for_terminal("{\"a\":\"\xC2\x9B"
                              "31m\x7F\xC3\xA9\"}"),
            "{\"a\":\"\\u009b31m\\u007f\xC3\xA9\"}");
}

TEST(terminal_text, nothing_is_turned_around_or_hidden) {
  EXPECT_EQ(for_terminal("fdp.\u202Eexe\u2069 a\u200Bb\u00AD\uFEFFc\u2028d"), "fdp.exe abc d");
  EXPECT_EQ(for_terminal("👩\u200D💻 ❤\uFE0F שלום"), "👩\u200D💻 ❤\uFE0F שלום");
  EXPECT_EQ(for_terminal("\xE2\x80"), "\xE2\x80");
  EXPECT_EQ(json_for_terminal("{\"a\":\"x\u202E\u200Fy\u2029\uFEFF\"}"),
            "{\"a\":\"x\\u202e\\u200fy\\u2029\\ufeff\"}");
}

}  // namespace
}  // namespace dw
