#include "base/address.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(Address, what_programs_write_around_an_address_is_no_part_of_it) {
  for (const char* text :
       {"ann@x.example", "mailto:ann@x.example", "MAILTO:ann@x.example?subject=Hello%20Ann",
        "<ann@x.example>", "Ann Abe <ann@x.example>", "\"Abe, Ann\" <ann@x.example>",
        "ann@x.example <ann@x.example>", "'ann@x.example' <ann@x.example>", "'ann@x.example'",
        "\"ann@x.example\"", "ann@x.example;", " ann@x.example , ", "<mailto:ann@x.example>",
        "\u200BAnn\u00A0Abe <ann@x.example\u00A0>"}) {
    EXPECT_EQ(cleaned_address(text), "ann@x.example") << text;
  }
  for (const char* text : {"o'neil@x.example", "Ann_B+c-9@X.Example", "nobody", "@", ""}) {
    EXPECT_EQ(cleaned_address(text), text);
  }
}

TEST(Address, beyond_ascii_two_spellings_of_a_mailbox_are_one) {
  for (const char* text : {"M\u00DCLLER@b\u00FCcher.example", "m\u00FCller@B\u00DCCHER.example",
                           "mu\u0308ller@xn--bcher-kva.example"}) {
    EXPECT_EQ(cleaned_address(text), "m\u00FCller@xn--bcher-kva.example") << text;
  }
  EXPECT_EQ(cleaned_address("Ann@b\u00FCcher.example"), "ann@xn--bcher-kva.example");
  EXPECT_EQ(cleaned_address("@b\u00FCcher.example"), "@xn--bcher-kva.example");
  EXPECT_EQ(cleaned_address("stra\u00DFe@x.example"), "stra\u00DFe@x.example") << "not strasse";
}

TEST(Address, of_two_addresses_none_is_thrown_away) {
  for (const char* text :
       {"ann@x.example; bob@x.example", "ann@x.example,bob@x.example",
        "ann@x.example bob@x.example", "ann@x.example/bob@x.example",
        "bob@x.example, Ann <ann@x.example>", "Bob <bob@x.example>, Ann <ann@x.example>"}) {
    const std::string found = cleaned_address(text);
    EXPECT_EQ(refusal_of_address(found), "\"" + found + "\" has more than one address") << text;
  }
}

TEST(Address, what_no_server_can_be_called_is_no_address) {
  for (const char* text :
       {"ann", "@x.example", "ann@", "ann@@x.example", "ann@x..example", "ann@x.example.",
        "ann@.x.example", ".ann@x.example", "an n@x.example", "ann@x.example'", "ann@x.example|bob",
        "ann@-x.example", "ann@x,example", "ann@x.example (work)", "ann@[10.0.0.1]",
        "ann@\u00FC..example", "ann\uFE6Bx.example"}) {
    EXPECT_NE(refusal_of_address(cleaned_address(text)), "") << text;
  }
  EXPECT_NE(refusal_of_address("ann@" + std::string(64, 'x') + ".example"), "");
  for (const char* text : {"ann@x", "ann+tag@x.example", "o'neil@x-y.example", "ann|b@x_y.example",
                           "ann@10.0.0.1", "\u00E4nn@b\u00FCcher.example"}) {
    EXPECT_EQ(refusal_of_address(cleaned_address(text)), "") << text;
  }
  EXPECT_EQ(refusal_of_address(""), "there is no email");
}

}  // namespace
}  // namespace dw
