#include <gtest/gtest.h>

#include "net/http_server.h"
#include "net/proxy.h"
#include "net/sse.h"
#include "net/url.h"

namespace dw {
namespace {

TEST(Urls, are_http_with_a_host_and_without_credentials) {
  EXPECT_EQ(parse_url("HTTPS://A.example:443/x?y")->origin(), "https://a.example");
  EXPECT_EQ(parse_url("http://[::1]:8080/")->port, 8080);
  for (const char* bad : {"", "ftp://a", "http://", "//a", "http://u:p@a/", "javascript:x"}) {
    EXPECT_FALSE(parse_url(bad).has_value()) << bad;
  }
  EXPECT_EQ(decode_url_part("a%20b+c"), "a b+c");
  EXPECT_FALSE(decode_url_part("%0").has_value());
  EXPECT_FALSE(decode_url_part("%00").has_value());
}

TEST(Proxies, forwarding_headers_are_believed_from_trusted_ones_only) {
  const std::vector<std::string> trusted = {"127.0.0.1", "10.0.0.0/8"};
  EXPECT_TRUE(origin_of("127.0.0.1", false, "", "", false, {}).is_loopback);
  EXPECT_TRUE(origin_of("::ffff:127.0.0.1", false, "", "", false, {}).is_loopback);
  EXPECT_FALSE(origin_of("127.0.0.1", false, "1.2.3.4", "", false, {}).is_loopback);
  EXPECT_FALSE(origin_of("127.0.0.1", false, "", "", true, {}).is_loopback);
  const Origin far =
      origin_of("10.1.1.1", false, "127.0.0.1, 8.8.8.8, 10.2.2.2", "https", false, trusted);
  EXPECT_EQ(far.peer, "8.8.8.8");
  EXPECT_TRUE(far.is_https);
  EXPECT_FALSE(far.is_loopback);
  EXPECT_EQ(origin_of("9.9.9.9", false, "127.0.0.1", "https", false, trusted).peer, "9.9.9.9");
  EXPECT_FALSE(check_cidr("10.0.0.0/33").ok());
}

TEST(Routing, the_most_exact_pattern_wins_and_methods_are_named) {
  Routes routes;
  const Handler none = [](Request&) -> Task<Response> { co_return Response{}; };
  for (const char* pattern : {"/a/{}", "/a/b", "/f/{*}"}) routes.add("GET", pattern, none);
  EXPECT_EQ(routes.find("GET", "/a/b").pattern, "/a/b");
  EXPECT_EQ(routes.find("HEAD", "/a/x%20y").parameters.at(0), "x y");
  EXPECT_EQ(routes.find("GET", "/f/x/y").parameters.at(0), "x/y");
  EXPECT_EQ(routes.find("POST", "/a/b").allow, "GET, HEAD");
  EXPECT_EQ(routes.find("GET", "/a").handler, nullptr);
  EXPECT_EQ(routes.find("GET", "/a/").handler, nullptr);
}

TEST(Sse, data_of_several_lines_stays_one_event) {
  EXPECT_EQ(format_sse({.id = "7", .event = "ticket", .data = "a\nb"}),
            "id: 7\nevent: ticket\ndata: a\ndata: b\n\n");
}

}  // namespace
}  // namespace dw
