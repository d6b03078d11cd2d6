#include "base/outside_text.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(OutsideText, what_can_not_be_seen_is_no_part_of_an_address_or_a_ticket) {
  for (const char* text :
       {"ann@x.example", " ann@x.example\t", "ann@x.example\u00A0", "\uFEFFann@x.example",
        "ann\u200B@x.example", "\u2060ann@x.\u00ADexample\u200E", "ann@x.\u00A0example",
        "\u3000ann@x.example\u2003",
        "a\x01nn@x.\x1B"
        "example\u0085",
        "ann@x.example\u202C"}) {
    EXPECT_EQ(cleaned(text, Cleaning::word), "ann@x.example") << text;
  }
  EXPECT_EQ(cleaned("T\u20031", Cleaning::word), "T 1");
}

TEST(OutsideText, a_status_has_plain_spaces) {
  for (const char* text : {"Closed won", "Closed\u00A0won", " Closed  won ", "Closed\r\nwon",
                           "\u200BClosed\u202Fwon\uFEFF"}) {
    EXPECT_EQ(cleaned(text, Cleaning::phrase), "Closed won") << text;
  }
}

TEST(OutsideText, a_name_keeps_what_its_language_needs) {
  EXPECT_EQ(cleaned("\u0645\u06CC\u200C\u062E", Cleaning::prose), "\u0645\u06CC\u200C\u062E");
  EXPECT_EQ(cleaned("Ann\u00A0Abe\u00A0", Cleaning::prose), "Ann\u00A0Abe");
  EXPECT_EQ(cleaned("Printer\r\nfloor 4\x07", Cleaning::prose), "Printer\nfloor 4");
  EXPECT_EQ(cleaned("\u2764\uFE0F", Cleaning::prose), "\u2764\uFE0F");
}

TEST(OutsideText, a_letter_with_a_mark_is_one_letter) {
  EXPECT_EQ(cleaned("Bo\u0308hm", Cleaning::word), "B\u00F6hm");
  EXPECT_EQ(cleaned("Bo\u0308hm", Cleaning::prose), "B\u00F6hm");
}

TEST(OutsideText, a_nul_and_what_is_no_text_stay_to_be_judged) {
  const std::string with_nul("T4\0", 3);
  EXPECT_EQ(cleaned(with_nul, Cleaning::word), with_nul);
  EXPECT_EQ(cleaned("O\x92"
                    "Brien",
                    Cleaning::prose),
            "O\x92"
            "Brien");
}

TEST(OutsideText, what_nobody_can_see_says_nothing) {
  for (const char* one : {"", " \n\t\r", "\u00A0", "\u200B\u200B", "\u2800", "\u3164", "\u00AD",
                          "\u202E", "\u200E \u200F", "\uFEFF", "\u2066\u2069", "\u3000", "\u115F",
                          "\uFE0F\u200D", "\u2028", "\U000E0001", " \u180E \u2800\u3164 "}) {
    EXPECT_TRUE(is_blank(one)) << one;
  }
  for (const char* one : {"a", "\u200Ba", ".", "\u2801", "👍", "❤\uFE0F", "ش", "\xFF"}) {
    EXPECT_FALSE(is_blank(one)) << one;
  }
}

TEST(OutsideText, errors_of_spreadsheets_are_no_text) {
  EXPECT_TRUE(is_error_value("#N/A"));
  EXPECT_TRUE(is_error_value("#ref!"));
  EXPECT_FALSE(is_error_value("#1041"));
  EXPECT_FALSE(is_error_value("N/A"));
}

}  // namespace
}  // namespace dw
