// Where a request ends, and what is no request: raw bytes in, and out come the statuses, whether
// the connection was closed, and what the handlers saw. The server is the real one.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "net/http_server.h"
#include "net/loop_clock.h"
#include "support/raw_client.h"

namespace dw {
namespace {

using std::chrono::milliseconds;

constexpr size_t body_bytes_max = 64 * 1024;

/// Answers every request with what it was.
Task<Response> mirror(Request& request) {
  std::string seen = std::string(request.method) + " " + std::string(request.path);
  if (!request.query.empty()) seen += "?" + std::string(request.query);
  seen += " for " + std::string(request.host) + " [" + std::string(request.body) + "]";
  for (const auto& [name, value] : request.headers) {
    if (name.starts_with("X-")) seen += " " + std::string(name) + "=" + std::string(value);
  }
  co_return Response{.content_type = "text/plain", .body = std::move(seen)};
}

class Mirror {
 public:
  Mirror() {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.limits.body_bytes_max = body_bytes_max;
    options.refuse = [](int status, std::string_view, std::string detail) {
      return Response{status, "text/plain", std::move(detail), {}, {}};
    };
    Routes routes;
    for (const char* method : {"GET", "POST", "PUT", "OPTIONS"}) routes.add(method, "/{*}", mirror);
    server_ = std::make_unique<HttpServer>(loop_, clock_, tasks_, std::move(routes), options);
    const auto address = server_->start();
    EXPECT_TRUE(address.ok()) << address.error().text();
    port = std::stoi(address->substr(address->rfind(':') + 1));
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~Mirror() {
    asio::post(loop_, [this] {
      server_->stop();
      asio::co_spawn(loop_, tasks_.stop(milliseconds(2000)), [](std::exception_ptr) {});
    });
    thread_.join();
  }

  int port = 0;

 private:
  Loop loop_;
  LoopClock clock_{loop_};
  TaskGroup tasks_{loop_, clock_};
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

struct Case {
  std::string bytes;
  /// "200 200 400": the answers in their order. 200 is a handler's; the others are refusals.
  std::string statuses;
  bool is_closed;
  std::string seen = "";  ///< the last answer of a handler ends with it
};

/// The answers to these bytes; whether the connection takes another request tells what is left.
void expect_case(int port, const Case& one) {
  SCOPED_TRACE(one.bytes.substr(0, 400));
  RawClient client(port);
  client.send(one.bytes);
  std::string statuses, seen;
  const size_t answers = (one.statuses.size() + 1) / 4;
  for (size_t i = 0; i < answers; ++i) {
    const std::string answer = client.answer();
    if (!answer.starts_with("HTTP/1.1 ")) break;
    statuses += (statuses.empty() ? "" : " ") + answer.substr(9, 3);
    if (answer.starts_with("HTTP/1.1 200")) seen = answer.substr(answer.find("\r\n\r\n") + 4);
  }
  EXPECT_EQ(statuses, one.statuses);
  EXPECT_TRUE(seen.ends_with(one.seen)) << seen;
  if (one.is_closed) {
    std::string rest;
    EXPECT_TRUE(client.is_closed_within(milliseconds(5000), &rest));
    EXPECT_EQ(rest, "") << "nothing more is answered";
    return;
  }
  client.send("GET /next HTTP/1.1\r\nHost: next\r\n\r\n");
  EXPECT_TRUE(client.answer().ends_with("GET /next for next []"));
}

void expect_all(const std::vector<Case>& cases) {
  Mirror mirror;
  for (const Case& one : cases) {
    expect_case(mirror.port, one);
    // A case that fails waits for what does not come.
    if (testing::Test::HasFailure()) return;
  }
}

/// A request, and behind it in the same bytes one that must not be heard if the first is refused.
std::string smuggle(const std::string& headers, const std::string& body) {
  return "POST /a HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body +
         "POST /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
}

std::string chunked(const std::string& chunks) {
  return smuggle("Transfer-Encoding: chunked\r\n", chunks);
}

std::string lines(const std::string& first, const std::string& rest) {
  return first + "\r\n" + rest + "\r\n";
}

TEST(Framing, a_transfer_coding_is_chunked_alone_or_the_end) {
  const std::string body = "5\r\nhello\r\n0\r\n\r\n";
  expect_all({
      {smuggle("Transfer-Encoding: chunked\r\n", body), "200 200", false},
      {smuggle("transfer-encoding:  \tChUnKeD\t \r\n", body), "200 200", false},
      {smuggle("Transfer-Encoding: xchunked\r\n", body), "501", true},
      {"GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"
       "POST /v1/tickets HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
       "501", true},
      {smuggle("Transfer-Encoding: gzip\r\n", body), "501", true},
      {smuggle("Transfer-Encoding: gzip, chunked\r\n", body), "501", true},
      {smuggle("Transfer-Encoding: identity\r\n", ""), "501", true},
      {smuggle("Transfer-Encoding: \"chunked\"\r\n", body), "501", true},
      {smuggle("Transfer-Encoding: \r\n", ""), "400", true},
      {smuggle("Transfer-Encoding: ,chunked\r\n", body), "501", true},
      {smuggle("Transfer-Encoding: chunked,\r\n", body), "400", true},
      {smuggle("Transfer-Encoding: chunked, chunked\r\n", body), "400", true},
      {smuggle("Transfer-Encoding: chunked, identity\r\n", body), "400", true},
      {smuggle("Transfer-Encoding: chunked;q=1\r\n", body), "400", true},
      {smuggle("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", body), "400", true},
      {smuggle("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", body), "400", true},
      {smuggle("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", body), "400", true},
      {smuggle("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", body), "400", true},
      {smuggle("Content-Length: 15\r\nTransfer-Encoding: chunked\r\n", body), "400", true},
      {smuggle("Content-Length: 15\r\nTransfer-Encoding: xchunked\r\n", body), "400", true},
      {smuggle("Transfer-Encoding : chunked\r\n", body), "400", true},
      {smuggle(" Transfer-Encoding: chunked\r\n", body), "400", true},
      {smuggle("Transfer-Encoding:\r\n chunked\r\n", body), "400", true},
      {smuggle("Transfer-Encoding: \x0b"
               "chunked\r\n",
               body),
       "400", true},
      {smuggle("Transfer-Encoding: chunked\xa0\r\n", body), "400", true},
      {"POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + body, "400", true},
  });
}

TEST(Framing, a_length_is_one_number) {
  expect_all({
      {smuggle("Content-Length: 5\r\n", "hello"), "200 200", false},
      {smuggle("Content-Length: 005\r\n", "hello"), "200 200", false},
      {smuggle("Content-Length: 0\r\n", ""), "200 200", false},
      {smuggle("", ""), "200 200", false},
      {"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "200", false, "[abc]"},
      {smuggle("Content-Length: +5\r\n", "hello"), "400", true},
      {smuggle("Content-Length: -5\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 0x5\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 5, 5\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 5,\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 5 5\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 5.0\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 5;\r\n", "hello"), "400", true},
      {smuggle("Content-Length: \"5\"\r\n", "hello"), "400", true},
      {smuggle("Content-Length: \xd9\xa5\r\n", "hello"), "400", true},
      {smuggle("Content-Length: \r\n", ""), "400", true},
      {smuggle("Content-Length: five\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 18446744073709551621\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 18446744073709551615\r\n", "hello"), "413", true},
      {smuggle("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), "400", true},
      {smuggle("Content-Length: 5\r\ncontent-length: 6\r\n", "hello"), "400", true},
      {smuggle("Content-Length : 5\r\n", "hello"), "400", true},
      {smuggle("Content_Length: 5\r\n", ""), "200 200", false},
  });
}

TEST(Framing, chunks_keep_to_their_grammar) {
  expect_all({
      {chunked("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), "200 200", false},
      {"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
       "5\r\nhello\r\n00000A\r\n, my world\r\n000\r\n\r\n",
       "200", false, "[hello, my world]"},
      {chunked("5;a;b=c;d=\"e; \\\" f\"\r\nhello\r\n0;last\r\n\r\n"), "200 200", false},
      {chunked("5 \r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked(" 5\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("+5\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("-5\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("0x5\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("g\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), "413", true},
      {chunked("5;\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("5;a=\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("5;a\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("5;" + std::string(2000, 'a') + "\r\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("5\nhello\r\n0\r\n\r\n"), "400", true},
      {chunked("5\rhello\r\n0\r\n\r\n"), "400", true},
      {chunked("5\r\nhello\n0\r\n\r\n"), "400", true},
      {chunked("5\r\nhello!\r\n0\r\n\r\n"), "400", true},
      {chunked("5\r\nhello0\r\n\r\n"), "400", true},
      {chunked("0\r\n\n"), "400", true},
      {chunked("0\r\nX-Late: a\r\n\r\n"), "200 200", false},
      {"POST /a HTTP/1.1\r\nHost: a\r\nX-Early: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\nX-Late: 2\r\n\r\n",
       "200", false, "[] X-Early=1"},
      {chunked("0\r\nContent-Length: 5\r\n\r\n"), "400", true},
      {chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), "400", true},
      {chunked("0\r\nHost: b\r\n\r\n"), "400", true},
      {chunked("0\r\nX-Late : a\r\n\r\n"), "400", true},
      {chunked("0\r\nno field\r\n\r\n"), "400", true},
      {chunked("0\r\nX-Late: a\r\n folded\r\n\r\n"), "400", true},
      {chunked("0\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"), "400", true},
  });
}

TEST(Framing, a_head_has_one_reading) {
  const std::string host = "Host: a\r\n";
  expect_all({
      {lines("\r\nGET /a HTTP/1.1", host), "200", false},
      {lines("\r\n\r\nGET /a HTTP/1.1", host), "400", true},
      {lines("\nGET /a HTTP/1.1", host), "400", true},
      {smuggle("Content-Length: 2\r\n", "ok\r\n"), "200 200", false},
      {"GET /a HTTP/1.1\nHost: a\n\n", "400", true},
      {lines("GET /a HTTP/1.1", host + "X: a\nTransfer-Encoding: chunked\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", host + "X: a\rb\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", host + std::string("X: a\0b\r\n", 8)), "400", true},
      {lines("GET /a HTTP/1.1", host + "X: a\x01\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", host + "X\t: a\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", host + "X a: a\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", host + ": a\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", host + "no colon\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", host + "X: a\r\n\tb\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", " " + host), "400", true},
      {lines("GET /a HTTP/1.1 ", host), "400", true},
      {lines("GET  /a HTTP/1.1", host), "400", true},
      {lines(" GET /a HTTP/1.1", host), "400", true},
      {lines("GET\t/a HTTP/1.1", host), "400", true},
      {lines("GET /a HTTP/1.2", host), "400", true},
      {lines("GET /a HTTP/2.0", host), "400", true},
      {lines("GET /a http/1.1", host), "400", true},
      {lines("GET /a HTTP/1.10", host), "400", true},
      {lines("GET /a", host), "400", true},
      {lines("GET /a HTTP/1.1", host + "Content-Encoding: gzip\r\n"), "415", true},
      {lines("GET /a HTTP/1.1", host + "Content-Encoding: identity\r\n"), "200", false},
      {lines("GET /a HTTP/1.1", host + "Expect: 200-maybe\r\n"), "417", true},
      {lines("GET /a HTTP/1.1", host + "Expect: 100-continue\r\n"), "200", false},
      {lines("POST /a HTTP/1.1", host + "Connection: close\r\n") +
           "GET /b HTTP/1.1\r\nHost: a\r\n\r\n",
       "200", true},
      {lines("POST /a HTTP/1.1", host + "Connection: x, Close\r\n") + "GET /b", "200", true},
      {lines("GET /a HTTP/1.0", host) + lines("GET /b HTTP/1.0", host), "200", true},
      {lines("GET /a HTTP/1.0", host + "Connection: keep-alive\r\n"), "200", false},
      {lines("BREW /a HTTP/1.1", host), "405", false},
  });
}

TEST(Framing, a_target_and_a_host_name_one_machine) {
  const auto target = [](const std::string& text) {
    return lines("GET " + text + " HTTP/1.1", "Host: a\r\n");
  };
  const auto host = [](const std::string& text) {
    return lines("GET /a HTTP/1.1", "Host: " + text + "\r\n");
  };
  expect_all({
      {target("http://b:80/a?c"), "200", false, "GET /a?c for b:80 []"},
      {target("HTTPS://b"), "200", false, "GET / for b []"},
      {target("http://b?c=d"), "200", false, "GET /?c=d for b []"},
      {target("http://a/"), "200", false, "GET / for a []"},
      {target("http://[::1]:8080/"), "200", false, "GET / for [::1]:8080 []"},
      {target("http:///a"), "400", true},
      {target("http://b:port/"), "400", true},
      {target("http://me@b/"), "400", true},
      {target("http://b/%0d%0a"), "400", true},
      {target("ftp://b/"), "400", true},
      {target("b:80"), "400", true},
      {target("*"), "400", true},
      {target("a"), "400", true},
      {target("?a"), "400", true},
      {target("/a#b"), "400", true},
      {target("/\xc3\xbc"), "400", true},
      {target("/a\x7f"), "400", true},
      {target("/a%00"), "400", true},
      {lines("OPTIONS * HTTP/1.1", "Host: a\r\n"), "200", false, "OPTIONS * for a []"},
      {lines("CONNECT a:80 HTTP/1.1", "Host: a:80\r\n"), "400", true},
      {lines("GET http://b/ HTTP/1.1", ""), "400", true},
      {lines("GET /a HTTP/1.1", ""), "400", true},
      {lines("GET /a HTTP/1.0", ""), "200", true, "GET /a for  []"},
      {host("A.example:8080"), "200", false, "for A.example:8080 []"},
      {host("[::1]:8080"), "200", false},
      {host("a:"), "200", false},
      {host(""), "400", true},
      {host("me@a"), "400", true},
      {host("a:b"), "400", true},
      {host("a:0"), "400", true},
      {host("a:65536"), "400", true},
      {host("a:80:80"), "400", true},
      {host("a b"), "400", true},
      {host("a, b"), "400", true},
      {host("a/b"), "400", true},
      {host("http://a"), "400", true},
      {host("[::1"), "400", true},
      {host("::1"), "400", true},
      {host("[a]"), "400", true},
      {lines("GET /a HTTP/1.1", "Host: a\r\nHost: a\r\n"), "400", true},
      {lines("GET /a HTTP/1.1", "Host: a\r\nhOST: b\r\n"), "400", true},
      {lines("GET /a HTTP/1.0", "Host: a b\r\n"), "400", true},
  });
}

TEST(Framing, what_is_refused_before_it_was_read_is_drained_so_that_the_sender_hears_why) {
  Mirror mirror;
  const std::string megabyte(1 << 20, 'x');
  for (const bool is_chunked : {false, true}) {
    RawClient client(mirror.port);
    client.send(is_chunked ? "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "a00000\r\n"
                           : "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n");
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(client.send(megabyte)) << "no reset after " << i;
    EXPECT_TRUE(client.answer().starts_with("HTTP/1.1 413 ")) << is_chunked;
    EXPECT_TRUE(client.is_closed_within(milliseconds(5000)));
  }
  // No longer than is meant for it: silence ends it, and a sender that goes on for ever is cut.
  RawClient silent(mirror.port), endless(mirror.port);
  silent.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n");
  endless.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760000\r\n\r\n");
  size_t sent = 0;
  while (sent < 1000 && endless.send(megabyte)) ++sent;
  EXPECT_LT(sent, 200U);
  EXPECT_TRUE(silent.is_closed_within(milliseconds(5000)));
}

TEST(Framing, a_sender_that_waits_hears_its_refusal_and_never_to_go_on) {
  Mirror mirror;
  const std::string head = "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n";
  for (const auto& [headers, status] : std::vector<std::pair<std::string, std::string>>{
           {"Content-Length: 10485760\r\n", "413"},
           {"Transfer-Encoding: gzip\r\n", "501"},
           {"Content-Length: 5\r\nContent-Encoding: gzip\r\n", "415"}}) {
    RawClient client(mirror.port);
    client.send(head + headers + "\r\n");
    EXPECT_TRUE(client.answer().starts_with("HTTP/1.1 " + status)) << headers;
  }
  RawClient old(mirror.port);
  old.send("POST /a HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  std::string rest;
  EXPECT_FALSE(old.is_closed_within(milliseconds(200), &rest));
  EXPECT_EQ(rest, "") << "HTTP/1.0 knows no 100";
  old.send("ok");
  EXPECT_TRUE(old.answer().ends_with("[ok]"));
}

}  // namespace
}  // namespace dw
