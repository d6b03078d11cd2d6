#include "base/international.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(international, a_domain_is_written_as_the_network_writes_it) {
  EXPECT_EQ(ascii_domain("müller.example"), "xn--mller-kva.example");
  EXPECT_EQ(ascii_domain("MÜLLER.example"), "xn--mller-kva.example");
  EXPECT_EQ(ascii_domain("straße.example"), "xn--strae-oqa.example") << "not strasse";
  EXPECT_EQ(ascii_domain("例え.テスト"), "xn--r8jz45g.xn--zckzah");
  EXPECT_EQ(ascii_domain("plain.example"), "plain.example");
  EXPECT_EQ(ascii_domain("Plain_1.example"), "Plain_1.example");
  for (const char* wrong :
       {"ü..example", "ü b.example", "ü/x", "ü@x", "\xFF.example", "-ü.example"}) {
    EXPECT_FALSE(ascii_domain(wrong)) << wrong;
  }
}

TEST(international, a_url_keeps_all_but_its_letters_beyond_ascii) {
  EXPECT_EQ(ascii_url("https://müller.example:8443/ä?q=ü#é"),
            "https://xn--mller-kva.example:8443/%C3%A4?q=%C3%BC#%C3%A9");
  EXPECT_EQ(ascii_url("https://a.example/x y"), "https://a.example/x y");
  EXPECT_EQ(ascii_url("https://me@müller.example"), "https://me@xn--mller-kva.example");
  EXPECT_FALSE(ascii_url("https://ü..example/"));
  EXPECT_FALSE(ascii_url("ü"));
}

}  // namespace
}  // namespace dw
