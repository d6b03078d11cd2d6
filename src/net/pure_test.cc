#include <gtest/gtest.h>

#include "base/date_names.h"
#include "net/http_server.h"
#include "net/proxy.h"
#include "net/request_head.h"
#include "net/response_head.h"
#include "net/sse.h"
#include "net/url.h"

namespace dw {
namespace {

TEST(Urls, are_http_with_a_host_and_without_credentials) {
  EXPECT_EQ(parse_url("HTTPS://A.example:443/x?y")->origin(), "https://a.example");
  EXPECT_EQ(parse_url("http://[::1]:8080/")->port, 8080);
  EXPECT_EQ(parse_url("https://M\xC3\xBCller.example/\xC3\xA4")->origin(),
            "https://xn--mller-kva.example");
  EXPECT_EQ(parse_url("https://a.example/\xC3\xA4")->path, "/%C3%A4");
  for (const char* bad : {"", "ftp://a", "http://", "//a", "http://u:p@a/", "javascript:x",
                          "https://\xC3\xBC..example/"}) {
    EXPECT_FALSE(parse_url(bad).has_value()) << bad;
  }
  EXPECT_EQ(decode_url_part("a%20b+c"), "a b+c");
  EXPECT_FALSE(decode_url_part("%0").has_value());
  EXPECT_FALSE(decode_url_part("%00").has_value());
  EXPECT_FALSE(decode_url_part({"a\0b", 3}).has_value());
}

/// Who a request comes from, with proxies on this machine and in 10.0.0.0/8 trusted or none.
Origin origin(bool has_trust, const char* socket, const HeaderViews& headers) {
  std::vector<std::string> cidrs;
  if (has_trust) cidrs = {"127.0.0.1", "10.0.0.0/8"};
  const ProxyTrust trust(cidrs);
  return trust.origin_of(trust.peer_of(socket, false), headers);
}

TEST(Proxies, forwarding_headers_are_believed_from_trusted_ones_only) {
  EXPECT_TRUE(origin(false, "127.0.0.1", {}).is_loopback);
  EXPECT_TRUE(origin(false, "::ffff:127.0.0.1", {}).is_loopback);
  EXPECT_FALSE(origin(false, "127.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}).is_loopback);
  EXPECT_FALSE(origin(false, "127.0.0.1", {{"Via", "1.1 tunnel"}}).is_loopback);
  const Origin far = origin(true, "10.1.1.1",
                            {{"X-Forwarded-For", "127.0.0.1, 8.8.8.8"},
                             {"x-forwarded-for", "10.2.2.2"},
                             {"X-Forwarded-Proto", "https"}});
  EXPECT_EQ(far.peer, "8.8.8.8");
  EXPECT_TRUE(far.is_https);
  EXPECT_FALSE(far.is_loopback);
  EXPECT_EQ(origin(true, "9.9.9.9", {{"X-Forwarded-For", "127.0.0.1"}}).peer, "9.9.9.9");
  EXPECT_TRUE(origin(true, "127.0.0.1", {{"X-Forwarded-For", "127.0.0.1"}}).is_loopback);
  EXPECT_FALSE(origin(true, "127.0.0.1", {{"X-Forwarded-For", "nobody"}}).is_loopback);
  EXPECT_EQ(origin(true, "127.0.0.1", {{"X-Forwarded-For", "[2001:db8::1]:443"}}).peer,
            "2001:db8::1");
  EXPECT_FALSE(check_cidr("10.0.0.0/33").ok());
}

TEST(RequestHeads, end_at_their_empty_line_and_bare_line_feeds_break_them) {
  using Verdict = HeadScan::Verdict;
  const std::string_view whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
  HeadScan scan;
  for (size_t bytes = 1; bytes < 27; ++bytes) {
    EXPECT_EQ(scan.look(whole.substr(0, bytes)), Verdict::more) << bytes;
  }
  EXPECT_EQ(scan.look(whole), Verdict::whole);
  EXPECT_EQ(scan.bytes(), 27U);
  for (const std::string_view bad :
       {"GET / HTTP/1.1\n", "\r\nGET", "GET / HTTP/1.1\r\n folded: x\r\n\r\n", "GET /\n"}) {
    EXPECT_EQ(HeadScan().look(bad), Verdict::broken) << bad;
  }
  EXPECT_EQ(HeadScan().look(std::string_view("G\0T", 3)), Verdict::broken);
  EXPECT_TRUE(is_clean_target("/a%20b?c=%0A"));
  for (const char* bad : {"", "a", "/a b", "/a%0Ab", "/a%7f", "/\t"}) {
    EXPECT_FALSE(is_clean_target(bad)) << bad;
  }
}

TEST(ResponseHeads, say_length_and_end_and_a_value_begins_no_header) {
  Response response{.status = 200, .content_type = "text/plain", .body = "four"};
  response.headers.emplace_back("X-Name", "a\r\nSet-Cookie: b");
  const std::string date = rfc_date(TimePoint{}, "GMT");
  const HeadShape shape{.is_kept = true, .reason = "OK", .date = date};
  EXPECT_EQ(head_of(response, shape),
            "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\n"
            "X-Name: a  Set-Cookie: b\r\nContent-Length: 4\r\n"
            "X-Content-Type-Options: nosniff\r\n\r\n");
  const HeadShape safe{.is_kept = true, .is_tls = true, .reason = "OK", .date = date};
  EXPECT_NE(head_of(response, safe).find("Strict-Transport-Security: max-age="), std::string::npos);
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
  EXPECT_EQ(format_sse({.id = "7", .event = "", .data = ""}), "id: 7\n\n");
}

}  // namespace
}  // namespace dw
