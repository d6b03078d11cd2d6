#include "web/own_site.h"

#include <gtest/gtest.h>

namespace dw {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

Request asked(std::string_view host, Headers headers = {}, std::string_view method = "POST") {
  Request request;
  request.method = method;
  request.host = host;
  request.port = 8080;
  request.headers = std::move(headers);
  return request;
}

TEST(OwnSite, is_named_by_a_loopback_host_with_this_port_or_by_public_url) {
  const OwnSite site("https://desk.example");
  for (const char* host : {"127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080",
                           "127.1.2.3:8080", "desk.example", "Desk.Example:443"}) {
    EXPECT_TRUE(site.check(asked(host)).ok()) << host;
  }
  for (const char* host :
       {"", "127.evil.example:8080", "127.evil.example", "localhost.evil.example:8080",
        "localhost.:8080", "127.0.0.1.evil.example:8080", "127.1:8080", "evil.example:8080",
        "127.0.0.1", "127.0.0.1:8081", "localhost", "localhost:80", "desk.example:8080",
        "desk.example.evil.example", "me@127.0.0.1:8080", "127.0.0.1:8080:8080", "0.0.0.0:8080"}) {
    EXPECT_FALSE(site.check(asked(host)).ok()) << host;
  }
  EXPECT_FALSE(OwnSite("").check(asked("desk.example")).ok());
  Request usual = asked("localhost");
  usual.port = 80;
  EXPECT_TRUE(site.check(usual).ok());
  usual.is_tls = true;
  EXPECT_FALSE(site.check(usual).ok());
}

TEST(OwnSite, hears_no_page_of_another) {
  const OwnSite site("https://desk.example");
  for (const char* origin :
       {"http://127.0.0.1:8080", "http://localhost:8080", "https://desk.example"}) {
    EXPECT_TRUE(site.check(asked("127.0.0.1:8080", {{"Origin", origin}})).ok()) << origin;
  }
  for (const char* origin :
       {"http://evil.example", "https://evil.example:8080", "null", "", "http://127.0.0.1",
        "http://127.0.0.1:3000", "http://127.evil.example:8080", "http://desk.example",
        "http://127.0.0.1:8080/", "http://127.0.0.1:8080@evil.example", "file://", "127.0.0.1:8080",
        "http://localhost:8080 http://evil.example"}) {
    EXPECT_FALSE(site.check(asked("127.0.0.1:8080", {{"Origin", origin}})).ok()) << origin;
    EXPECT_FALSE(site.check(asked("127.0.0.1:8080", {{"origin", origin}}, "GET")).ok()) << origin;
  }
  EXPECT_FALSE(site.check(asked("127.0.0.1:8080", {{"Origin", "http://127.0.0.1:8080"},
                                                   {"Origin", "http://evil.example"}}))
                   .ok());
}

TEST(OwnSite, opens_links_from_anywhere_and_gives_pages_of_others_nothing) {
  const OwnSite site("");
  const auto fetched = [&](const char* site_of_page, const char* mode, const char* method) {
    const Headers headers = {{"Sec-Fetch-Site", site_of_page}, {"Sec-Fetch-Mode", mode}};
    return site.check(asked("127.0.0.1:8080", headers, method)).ok();
  };
  EXPECT_TRUE(fetched("cross-site", "navigate", "GET"));
  EXPECT_TRUE(fetched("same-origin", "cors", "POST"));
  EXPECT_TRUE(fetched("none", "navigate", "GET"));
  EXPECT_FALSE(fetched("cross-site", "navigate", "POST"));
  EXPECT_FALSE(fetched("cross-site", "no-cors", "GET"));
  EXPECT_FALSE(fetched("same-site", "cors", "GET"));
}

TEST(OwnSite, knows_its_own_page_by_the_host_that_was_asked) {
  const auto is_own = [](const char* host, const char* origin) {
    return OwnSite::is_own_page(asked(host, {{"Origin", origin}}));
  };
  EXPECT_TRUE(is_own("desk.example", "https://desk.example"));
  EXPECT_TRUE(is_own("desk.example:443", "https://DESK.example"));
  EXPECT_TRUE(is_own("127.0.0.1:8080", "http://127.0.0.1:8080"));
  EXPECT_FALSE(is_own("desk.example", "https://evil.example"));
  EXPECT_FALSE(is_own("desk.example", "https://x.desk.example"));
  EXPECT_FALSE(is_own("desk.example", "https://desk.example:8443"));
  EXPECT_FALSE(is_own("desk.example", "null"));
  EXPECT_TRUE(OwnSite::is_own_page(asked("desk.example"))) << "no browser";
}

}  // namespace
}  // namespace dw
