#include "base/text.h"

#include <gtest/gtest.h>

#include "base/grouped_number.h"

namespace dw {
namespace {

TEST(Text, what_is_split_can_be_joined_again) {
  for (const char* text : {"", "a", "a,,b", ",a", "a,", ",,"}) {
    std::vector<std::string> parts;
    for (const std::string_view part : split(text, ',')) parts.emplace_back(part);
    EXPECT_EQ(join(parts, ","), text);
  }
  EXPECT_EQ(split("", ',').size(), 1U);
  EXPECT_EQ(join({}, ","), "");
}

TEST(Text, white_space_is_taken_from_the_ends_or_from_everywhere) {
  EXPECT_EQ(trim(" \t a b\r\n\f\v"), "a b");
  EXPECT_EQ(without_white_space(" \t a b\r\n\f\vé "), "abé");
  EXPECT_EQ(without_white_space(" \n"), "");
}

TEST(Text, is_cut_between_characters) {
  EXPECT_EQ(cut_bytes("aé", 2), "a");
  EXPECT_EQ(cut_bytes("aé", 3), "aé");
  EXPECT_EQ(cut_bytes("é", 0), "");
  EXPECT_EQ(cut_characters("Grüße", 5), "Grüße");
  EXPECT_EQ(cut_characters("Grüße!", 4), "Grü…");
  EXPECT_EQ(cut_characters("x", 0), "");
}

TEST(Text, only_well_formed_characters_are_utf8) {
  for (const char* good : {"", "a", "é", "€", "🙂", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good));
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
    for (size_t ascii = 1; ascii < 20; ++ascii) {
      EXPECT_FALSE(is_utf8(std::string(ascii, 'a') + bad)) << ascii;
      EXPECT_FALSE(is_utf8(bad + std::string(ascii, 'a'))) << ascii;
      EXPECT_TRUE(is_utf8(std::string(ascii, 'a') + "é🙂" + std::string(ascii, 'b')));
    }
  }
}

TEST(Text, one_is_counted_in_another_form) {
  EXPECT_EQ(counted(1, "try", "tries"), "1 try");
  EXPECT_EQ(counted(0, "try", "tries"), "0 tries");
  EXPECT_EQ(counted(12, "message waits", "messages wait"), "12 messages wait");
}

TEST(Text, thousands_are_apart) {
  EXPECT_EQ(counted(1002, "ticket", "tickets"), "1,002 tickets");
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(-1000), "-1,000");
  EXPECT_EQ(grouped(-999), "-999");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
}

}  // namespace
}  // namespace dw
