// What the HTTP server does with good, broken, slow and vanished clients, seen from the other end
// of a socket: the server has the thread that its loop runs on, the client is the test's own.
#include "net/http_server.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "base/id.h"
#include "base/random.h"
#include "net/loop_clock.h"
#include "support/raw_client.h"

namespace dw {
namespace {

using std::chrono::milliseconds;

constexpr const char* get = "GET /small HTTP/1.1\r\nHost: a\r\n\r\n";

Task<Response> small(Request& request) {
  co_return Response{.content_type = "text/plain", .body = "body:" + std::string(request.body)};
}

class Served {
 public:
  explicit Served(ServerLimits limits = {}, std::string cert = "", std::string key = "") {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.limits = limits;
    options.tls_cert = std::move(cert);
    options.tls_key = std::move(key);
    options.refuse = [](int status, std::string_view, std::string detail) {
      return Response{status, "text/plain", std::move(detail), {}, {}};
    };
    Routes routes;
    routes.add("GET", "/small", small);
    routes.add("POST", "/small", small);
    routes.add("GET", "/large", [this](Request&) { return large(); });
    routes.add("GET", "/slow", [this](Request& request) { return slow(request); });
    routes.add("GET", "/stream", [](Request&) { return stream(); });
    server = std::make_unique<HttpServer>(loop, clock, tasks, std::move(routes), options);
    const auto address = server->start();
    EXPECT_TRUE(address.ok()) << address.error().text();
    port = std::stoi(address->substr(address->rfind(':') + 1));
    thread = std::thread([this] { loop.run(); });
  }

  ~Served() {
    stop(milliseconds(2000));
    thread.join();
  }

  /// Asks the server to stop; its loop ends when all connections have.
  void stop(milliseconds deadline) {
    if (std::exchange(is_stopped, true)) return;
    asio::post(loop, [this, deadline] {
      server->stop();
      slow_ends.notify();
      asio::co_spawn(loop, tasks.stop(deadline), [](std::exception_ptr) {});
    });
  }

  size_t connections() {
    std::promise<size_t> count;
    asio::post(loop, [this, &count] { count.set_value(server->connections()); });
    return count.get_future().get();
  }

  Task<Response> large() {
    slow_begun = true;
    co_return Response{.content_type = "text/plain", .body = std::string(32 << 20, 'x')};
  }
  Task<Response> slow(Request& request) {
    slow_begun = true;
    co_await slow_ends.wait();
    was_gone = request.is_gone();
    co_return Response{.content_type = "text/plain", .body = "at last"};
  }
  static Task<Response> stream() {
    Response response{.content_type = "text/event-stream"};
    response.stream = [](ByteStream& out) { return write_some(out); };
    co_return response;
  }
  static Task<void> write_some(ByteStream& out) {
    co_await out.write("one\n");
    co_await out.write("two\n");
  }

  Loop loop;
  LoopClock clock{loop};
  TaskGroup tasks{loop, clock};
  AsyncEvent slow_ends{loop, clock};
  std::atomic<bool> slow_begun = false, was_gone = false;
  std::unique_ptr<HttpServer> server;
  int port = 0;
  std::thread thread;
  bool is_stopped = false;
};

int status_in(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

TEST(HttpServer, answers_requests_in_order_on_one_connection) {
  Served served;
  RawClient client(served.port);
  client.send(std::string(get) + "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" +
              "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              "2\r\nde\r\n1\r\nf\r\n0\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.answer().ends_with("\r\n\r\nbody:"));
  EXPECT_TRUE(client.answer().ends_with("body:abc"));
  EXPECT_TRUE(client.answer().ends_with("body:def"));
  EXPECT_EQ(status_in(client.answer()), 404);
  client.send("DELETE /small HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(client.answer().find("Allow: GET, HEAD, POST"), std::string::npos);
  client.send("GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::string rest;
  EXPECT_TRUE(client.is_closed_within(milliseconds(5000), &rest));
  EXPECT_NE(rest.find("Connection: close"), std::string::npos);
}

TEST(HttpServer, a_request_may_come_byte_by_byte) {
  Served served;
  RawClient client(served.port);
  const std::string request = "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok";
  for (const char byte : request) client.send(std::string_view(&byte, 1));
  EXPECT_TRUE(client.answer().ends_with("body:ok"));
}

TEST(HttpServer, a_sender_that_waits_is_told_to_go_on) {
  Served served;
  RawClient client(served.port);
  client.send(
      "POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  std::string rest;
  EXPECT_FALSE(client.is_closed_within(milliseconds(300), &rest));
  EXPECT_EQ(rest, "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_TRUE(client.answer().ends_with("body:ok"));
}

TEST(HttpServer, requests_that_could_be_read_in_two_ways_are_refused) {
  Served served;
  const std::string head = "POST /small HTTP/1.1\r\n";
  for (const std::string& bad :
       {head + "Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        head + "Host: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        head + "Host: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n",
        head + "Content-Length: 0\r\n\r\n", head + "Host : a\r\n\r\n",
        head + "Host: a\r\n folded: b\r\n\r\n", head + "Host: a\r\nContent-Length: -1\r\n\r\n",
        std::string("POST /small\r\n\r\n"), std::string("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        std::string("\x16\x03\x01\x02\n\r\n"),
        std::string("GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n")}) {
    RawClient client(served.port);
    client.send(bad);
    EXPECT_EQ(status_in(client.answer()), 400) << bad;
    EXPECT_TRUE(client.is_closed_within(milliseconds(5000))) << bad;
  }
}

TEST(HttpServer, what_is_too_large_is_refused_before_it_is_read) {
  ServerLimits limits;
  limits.body_bytes_max = 1000;
  Served served(limits);
  RawClient said(served.port);
  said.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(status_in(said.answer()), 413);
  RawClient chunked(served.port);
  chunked.send("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n");
  chunked.send(std::string(2000, 'x'));
  EXPECT_EQ(status_in(chunked.answer()), 413);
  RawClient head(served.port);
  head.send("GET /small HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(status_in(head.answer()), 431);
  RawClient endless(served.port);
  const std::string piece(4096, 'x');
  endless.send("GET /small HTTP/1.1\r\nHost: a\r\nX: ");
  while (endless.send(piece) && !endless.is_closed_within(milliseconds(1))) continue;
}

TEST(HttpServer, a_slow_sender_is_cut_and_told_why) {
  ServerLimits limits;
  limits.head_timeout = limits.body_timeout = limits.idle_timeout = Millis(200);
  Served served(limits);
  RawClient in_head(served.port), in_body(served.port), idle(served.port);
  in_head.send("GET /small HT");
  in_body.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  EXPECT_EQ(status_in(in_head.answer()), 408);
  EXPECT_EQ(status_in(in_body.answer()), 408);
  std::string rest;
  EXPECT_TRUE(idle.is_closed_within(milliseconds(5000), &rest));
  EXPECT_EQ(rest, "") << "an idle connection ends without a word";
}

TEST(HttpServer, a_reader_that_does_not_read_is_cut) {
  ServerLimits limits;
  limits.write_timeout = Millis(300);
  Served served(limits);
  RawClient client(served.port);
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!served.slow_begun) std::this_thread::yield();
  while (served.connections() > 0) std::this_thread::yield();
  std::string rest;
  EXPECT_TRUE(client.is_closed_within(milliseconds(5000), &rest));
  EXPECT_LT(rest.size(), 32U << 20);
}

TEST(HttpServer, as_many_connections_as_there_may_be_and_one_more_is_told) {
  ServerLimits limits;
  limits.connections_max = 2;
  Served served(limits);
  RawClient a(served.port), b(served.port);
  a.send(get);
  b.send(get);
  EXPECT_EQ(status_in(a.answer()), 200);
  EXPECT_EQ(status_in(b.answer()), 200);
  RawClient c(served.port);
  const std::string answer = c.answer();
  EXPECT_EQ(status_in(answer), 503);
  EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
  a.send(get);
  EXPECT_EQ(status_in(a.answer()), 200) << "those that are in are served on";
}

TEST(HttpServer, a_head_has_no_body_and_a_stream_ends_with_its_connection) {
  Served served;
  RawClient client(served.port);
  client.send("HEAD /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::string rest;
  EXPECT_TRUE(client.is_closed_within(milliseconds(5000), &rest));
  EXPECT_NE(rest.find("Content-Length: 5"), std::string::npos);
  EXPECT_TRUE(rest.ends_with("\r\n\r\n"));
  RawClient reader(served.port);
  reader.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  rest.clear();
  EXPECT_TRUE(reader.is_closed_within(milliseconds(5000), &rest));
  EXPECT_TRUE(rest.ends_with("\r\n\r\none\ntwo\n")) << rest;
}

TEST(HttpServer, stopping_ends_what_is_idle_and_lets_what_is_in_flight_end) {
  Served served;
  RawClient idle(served.port), busy(served.port);
  idle.send(get);
  EXPECT_EQ(status_in(idle.answer()), 200);
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!served.slow_begun) std::this_thread::yield();
  served.stop(milliseconds(5000));
  EXPECT_TRUE(idle.is_closed_within(milliseconds(5000)));
  EXPECT_TRUE(busy.answer().ends_with("at last"));
  EXPECT_TRUE(busy.is_closed_within(milliseconds(5000)));
  EXPECT_FALSE(served.was_gone);
  EXPECT_FALSE(RawClient(served.port).is_connected());
}

TEST(HttpServer, a_handler_sees_that_its_caller_has_hung_up) {
  Served served;
  {
    RawClient client(served.port);
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!served.slow_begun) std::this_thread::yield();
  }
  served.stop(milliseconds(5000));
  served.thread.join();
  served.thread = std::thread([] {});
  EXPECT_TRUE(served.was_gone);
}

TEST(HttpServer, speaks_tls_of_today_and_takes_a_new_certificate_without_a_restart) {
  const auto folder = std::filesystem::temp_directory_path() / ("deskwire-" + random_uuid());
  std::filesystem::create_directory(folder);
  const std::string cert = folder / "cert.pem", key = folder / "key.pem";
  write_certificate("first.example", cert, key);
  ServerLimits limits;
  limits.head_timeout = Millis(300);
  Served served(limits, cert, key);
  RawClient first(served.port, true);
  ASSERT_TRUE(first.is_connected());
  EXPECT_EQ(first.tls_version(), "TLSv1.3");
  first.send(get);
  EXPECT_EQ(status_in(first.answer()), 200);
  EXPECT_EQ(RawClient(served.port, true, TLS1_2_VERSION).tls_version(), "TLSv1.2");
  EXPECT_FALSE(RawClient(served.port, true, TLS1_1_VERSION).is_connected());
  RawClient plain(served.port);
  plain.send(get);
  std::string rest;
  EXPECT_TRUE(plain.is_closed_within(milliseconds(5000), &rest));
  EXPECT_EQ(status_in(rest), 0) << "nothing is served without TLS";

  write_certificate("second.example", cert, key);
  std::atomic<bool> is_reloaded = false;
  asio::post(served.loop, [&] { is_reloaded = served.server->reload_tls().ok(); });
  while (!is_reloaded) std::this_thread::yield();
  RawClient second(served.port, true);
  EXPECT_EQ(second.certificate_name(), "second.example");
  first.send(get);
  EXPECT_EQ(status_in(first.answer()), 200) << "the old connection goes on";
  std::filesystem::remove_all(folder);
}

TEST(HttpServer, a_certificate_that_cannot_be_used_is_named) {
  Loop loop;
  LoopClock clock(loop);
  TaskGroup tasks(loop, clock);
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.tls_cert = "/nowhere/cert.pem";
  options.tls_key = "/nowhere/key.pem";
  options.refuse = [](int, std::string_view, std::string) { return Response{}; };
  HttpServer server(loop, clock, tasks, {}, options);
  const auto started = server.start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().where, "server.tls_cert");
}

}  // namespace
}  // namespace dw
