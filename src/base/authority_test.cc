#include "base/authority.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

TEST(Authorities, are_a_host_and_perhaps_a_port) {
  EXPECT_EQ(parse_authority("A.Example:8080")->host, "a.example");
  EXPECT_EQ(parse_authority("A.Example:8080")->port, 8080);
  EXPECT_EQ(parse_authority("[::1]:443")->host, "[::1]");
  EXPECT_EQ(parse_authority("[::1]:443")->port, 443);
  EXPECT_EQ(parse_authority("a")->port_or(80), 80);
  EXPECT_EQ(parse_authority("a:")->port, std::nullopt) << "an empty port is none";
  for (const std::string_view bad : {"",
                                     ":80",
                                     "a:0",
                                     "a:65536",
                                     "a:+80",
                                     "a:-1",
                                     "a:8o",
                                     "a:000080",
                                     "a:80:80",
                                     "a b",
                                     "a,b",
                                     "user@a",
                                     "a/b",
                                     "a?b",
                                     "a#b",
                                     "a\\b",
                                     "a%20b",
                                     "[::1",
                                     "::1",
                                     "[::1]a",
                                     "[a]",
                                     "[]",
                                     "[fe80::1%25eth0]",
                                     "a\tb",
                                     "b\xC3\xBC"}) {
    EXPECT_FALSE(parse_authority(bad)) << bad;
  }
  EXPECT_FALSE(parse_authority(std::string_view("a\0b", 3)));
  EXPECT_EQ(authority_in_url("HTTP://A:80?x")->host, "a");
  EXPECT_FALSE(authority_in_url("ftp://a/"));
  EXPECT_FALSE(authority_in_url("http:///a"));
  EXPECT_FALSE(authority_in_url("//a/"));
}

TEST(Loopback, is_localhost_and_addresses_of_this_machine_and_nothing_that_looks_like_them) {
  for (const char* here : {"localhost", "LocalHost", "127.0.0.1", "127.0.0.0", "127.255.255.255",
                           "127.9.8.7", "::1", "[::1]", "0:0:0:0:0:0:0:1"}) {
    EXPECT_TRUE(is_loopback_host(here)) << here;
  }
  for (const std::string_view other : {"",
                                       "127.evil.example",
                                       "127.0.0.1.evil.example",
                                       "localhost.evil.example",
                                       "localhost.",
                                       "127.",
                                       "127",
                                       "127.1",
                                       "127.0.1",
                                       "127.0.0.256",
                                       "127.0.0.1.",
                                       "0127.0.0.1",
                                       "127.0.0.01",
                                       "0x7f.0.0.1",
                                       "2130706433",
                                       "128.0.0.1",
                                       "12.7.0.0",
                                       "0.0.0.0",
                                       "::",
                                       "[::]",
                                       "::2",
                                       "[127.0.0.1]",
                                       "[::1",
                                       "::1]",
                                       "127.0.0.1:80",
                                       " 127.0.0.1",
                                       "127.0.0.1 ",
                                       "evil.example",
                                       "::ffff:127.0.0.1",
                                       "xlocalhost"}) {
    EXPECT_FALSE(is_loopback_host(other)) << other;
  }
  EXPECT_FALSE(is_loopback_host(std::string_view("127.0.0.1\0.evil.example", 23)));
  EXPECT_TRUE(is_loopback_url("http://127.0.0.1:8080/x"));
  EXPECT_TRUE(is_loopback_url("http://[::1]"));
  for (const char* other :
       {"http://127.evil.example/", "http://localhost.evil.example/", "http://127.0.0.1@evil/",
        "http://localhost:80@evil/", "http://127.0.0.1\\@evil/", "http://localhost:x/"}) {
    EXPECT_FALSE(is_loopback_url(other)) << other;
  }
}

}  // namespace
}  // namespace dw
