// One connection: bytes in, a request to its handler, bytes out. Beast's parser reads the message;
// reading, writing and their deadlines are here, once for plain sockets and once for TLS.
#include "net/http_session.h"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/request_head.h"

namespace dw {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using TlsStream = ssl::stream<tcp::socket>;
using Message = http::request<http::string_body>;
using Parser = http::request_parser<http::string_body>;
using ErrorCode = boost::system::error_code;

constexpr Millis handshake_timeout{10'000};
constexpr Millis farewell_timeout{1'000};
constexpr size_t idle_buffer_bytes = 512;
constexpr size_t read_bytes = 16 * 1024;
/// What a refused sender may still be sending is read this far, so that it sees our answer before
/// its connection is reset.
constexpr size_t farewell_bytes_max = 1024 * 1024;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

std::string_view view(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

auto quietly(ErrorCode& failed) {
  return asio::redirect_error(asio::use_awaitable, failed);
}

std::string_view reason_of(int status) {
  return view(http::obsolete_reason(static_cast<http::status>(status)));
}

std::string address_of(const tcp::socket& socket) {
  ErrorCode failed;
  const auto remote = socket.remote_endpoint(failed);
  return failed ? std::string() : remote.address().to_string();
}

/// Shapes that two programs could read as two different requests are no requests here.
bool is_clean(const Message& head) {
  const bool has_coding = head.count(http::field::transfer_encoding) > 0;
  const size_t lengths = head.count(http::field::content_length);
  const size_t hosts = head.count(http::field::host);
  if (lengths > 1 || (lengths == 1 && has_coding)) return false;
  if (hosts > 1 || (hosts == 0 && head.version() == 11)) return false;
  return is_clean_target(view(head.target()));
}

/// What the parser's error means for the sender.
int status_of(const ErrorCode& failed) {
  if (failed == http::error::body_limit) return 413;
  if (failed == http::error::header_limit) return 431;
  return 400;
}

bool has_hung_up(int socket) {
  char byte = 0;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

template <class Stream>
class HttpSession final : public Connection, private ByteStream {
 public:
  HttpSession(HttpSessions& server, Stream stream)
      : Connection(server.connections_), server_(server), stream_(std::move(stream)) {
    peer_ = server.proxies_.peer_of(address_of(socket()), is_tls);
  }

  Task<void> run() {
    if constexpr (is_tls) {
      ErrorCode failed;
      set_deadline(handshake_timeout);
      co_await stream_.async_handshake(ssl::stream_base::server, quietly(failed));
      if (failed) co_return;
    }
    bool is_kept = true;
    while (is_kept && !server_.is_stopping()) {
      is_kept = co_await wait_for_request() && co_await serve_one();
    }
    co_await say_farewell();
  }

 private:
  static constexpr bool is_tls = std::is_same_v<Stream, TlsStream>;

  tcp::socket& socket() {
    if constexpr (is_tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void cut() override {
    ErrorCode ignored;
    socket().cancel(ignored);
  }

  const ServerLimits& limits() const { return server_.options_.limits; }

  Task<bool> read_more(size_t bytes_max) {
    const size_t bytes =
        co_await stream_.async_read_some(buffer_.prepare(bytes_max), quietly(failed_));
    buffer_.commit(bytes);
    co_return !failed_;
  }

  /// Holds next to nothing while the connection is idle.
  Task<bool> wait_for_request() {
    if (buffer_.size() > 0) co_return true;
    if (buffer_.capacity() > idle_buffer_bytes) buffer_.shrink_to_fit();
    set_deadline(limits().idle_timeout);
    set_idle(true);
    const bool has_begun = co_await read_more(idle_buffer_bytes);
    set_idle(false);
    co_return has_begun;
  }

  Task<bool> serve_one() {
    set_deadline(limits().head_timeout);
    HeadScan scan;
    auto verdict = scan.look(view(buffer_));
    while (verdict == HeadScan::Verdict::more && buffer_.size() <= limits().header_bytes_max) {
      if (!co_await read_more(read_bytes)) co_return co_await refuse_late();
      verdict = scan.look(view(buffer_));
    }
    if (verdict == HeadScan::Verdict::broken) {
      co_return co_await refuse(400, "", "the request's head is malformed");
    }
    if (verdict == HeadScan::Verdict::more || scan.bytes() > limits().header_bytes_max) {
      co_return co_await refuse(431, "", "the request's head is too large");
    }
    Parser parser;
    parser.header_limit(static_cast<uint32_t>(limits().header_bytes_max));
    parser.body_limit(limits().body_bytes_max);
    ErrorCode broken;
    buffer_.consume(parser.put(buffer_.data(), broken));
    if (broken && broken != http::error::need_more) co_return co_await refuse_broken(broken);
    if (!is_clean(parser.get())) co_return co_await refuse(400, "", "the request is ambiguous");
    if (!parser.is_done() && !co_await read_body(parser)) co_return false;
    clear_deadline();
    co_return co_await answer(parser.get(), parser.keep_alive());
  }

  /// One deadline for the whole body: a sender of a byte a second is cut all the same.
  Task<bool> read_body(Parser& parser) {
    set_deadline(limits().body_timeout);
    parser.eager(true);
    const bool waits = beast::iequals(parser.get()[http::field::expect], "100-continue");
    if (waits && buffer_.size() == 0 && !co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", "")) {
      co_return false;
    }
    for (;;) {
      ErrorCode broken;
      if (buffer_.size() > 0) buffer_.consume(parser.put(buffer_.data(), broken));
      if (broken && broken != http::error::need_more) co_return co_await refuse_broken(broken);
      if (parser.is_done()) co_return true;
      if (!co_await read_more(read_bytes)) co_return co_await refuse_late();
    }
  }

  Task<bool> refuse_broken(ErrorCode broken) {
    co_return co_await refuse(status_of(broken), "", broken.message());
  }

  /// A read has failed: its time was up, or nobody is there to be told.
  Task<bool> refuse_late() {
    if (!is_late()) co_return false;
    co_return co_await refuse(408, "", "the request took too long to arrive");
  }

  /// Answers and closes: what is left of the request can't be trusted.
  Task<bool> refuse(int status, std::string_view path, std::string detail) {
    Response response = server_.options_.refuse(status, path, std::move(detail));
    co_await write(response, "GET", 11, false);
    is_refused_ = true;
    co_return false;
  }

  Task<bool> answer(const Message& message, bool is_kept) {
    const auto started = server_.clock_.monotonic();
    Request request = request_of(message);
    Routes::Found found = server_.routes_.find(request.method, request.path);
    request.path_parameters = std::move(found.parameters);
    Response response;
    if (found.handler != nullptr) {
      response = co_await (*found.handler)(request);
    } else if (found.allow.empty()) {
      response = server_.options_.refuse(404, request.path, "there is nothing at this address");
    } else {
      response = server_.options_.refuse(405, request.path, "allowed here: " + found.allow);
      response.headers.emplace_back("Allow", found.allow);
    }
    if (server_.options_.observe) {
      const std::chrono::duration<double> took = server_.clock_.monotonic() - started;
      server_.options_.observe(found.pattern, request.method, response.status, took.count());
    }
    is_kept = is_kept && !server_.is_stopping();
    co_return co_await write(response, request.method, message.version(), is_kept);
  }

  Request request_of(const Message& message) {
    Request request;
    request.method = view(message.method_string());
    const std::string_view target = view(message.target());
    const size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    request.body = message.body();
    request.headers.reserve(16);
    for (const auto& field : message) {
      request.headers.emplace_back(view(field.name_string()), view(field.value()));
    }
    Origin origin = server_.proxies_.origin_of(peer_, request.headers);
    request.peer = std::move(origin.peer);
    request.is_loopback = origin.is_loopback;
    request.is_https = origin.is_https;
    request.is_gone = [handle = socket().native_handle()] { return has_hung_up(handle); };
    return request;
  }

  Task<bool> write_all(std::string_view head, std::string_view body) {
    const std::array<asio::const_buffer, 2> pieces = {asio::buffer(head.data(), head.size()),
                                                      asio::buffer(body.data(), body.size())};
    co_await asio::async_write(stream_, pieces, quietly(failed_));
    co_return !failed_;
  }

  Task<bool> write(Response& response, std::string_view method, unsigned version, bool is_kept) {
    const HeadShape shape{.is_kept = is_kept,
                          .is_http_10 = version == 10,
                          .reason = reason_of(response.status),
                          .date = server_.date_.at(server_.clock_.now())};
    const std::string head = head_of(response, shape);
    const bool has_body = method != "HEAD" && !response.stream;
    const std::string_view body = has_body ? std::string_view(response.body) : std::string_view();
    set_deadline(limits().write_timeout);
    const bool is_written = co_await write_all(head, body);
    if (is_written && response.stream && method != "HEAD") {
      ByteStream& out = *this;
      co_await response.stream(out);
    }
    clear_deadline();
    co_return is_written&& is_kept && !response.stream;
  }

  // ByteStream
  Task<bool> write(std::string_view bytes) override {
    set_deadline(limits().write_timeout);
    const bool is_written = co_await write_all(bytes, "");
    clear_deadline();
    co_return is_written;
  }
  bool is_closed() const override { return failed_ || server_.is_stopping(); }

  /// The last bytes must reach the other side before the socket goes.
  Task<void> say_farewell() {
    set_deadline(farewell_timeout);
    ErrorCode ignored;
    if constexpr (is_tls) co_await stream_.async_shutdown(quietly(ignored));
    if (!is_refused_) co_return;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
    buffer_.clear();
    size_t bytes = 0;
    while (!is_late() && bytes < farewell_bytes_max) {
      bytes += co_await socket().async_read_some(buffer_.prepare(read_bytes), quietly(ignored));
      if (ignored) co_return;
    }
  }

  HttpSessions& server_;
  Stream stream_;
  SocketPeer peer_;
  beast::flat_buffer buffer_;
  ErrorCode failed_;  // of the last read or write
  bool is_refused_ = false;
};

HttpSessions::HttpSessions(Clock& clock, const Routes& routes, const ServerOptions& options)
    : clock_(clock),
      routes_(routes),
      options_(options),
      proxies_(options.trusted_proxies),
      connections_(clock) {}

Task<void> HttpSessions::serve(TcpSocket socket) {
  ErrorCode ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (!tls_) {
    HttpSession<tcp::socket> session(*this, std::move(socket));
    co_await session.run();
    co_return;
  }
  const std::shared_ptr<ssl::context> context = tls_;  // shared: see use_tls()
  HttpSession<TlsStream> session(*this, TlsStream(std::move(socket), *context));
  co_await session.run();
}

void HttpSessions::turn_away(TcpSocket socket) {
  if (tls_) return;  // a handshake would cost what is short; the closed socket says it
  Response response = options_.refuse(503, "", "too many connections");
  response.headers.emplace_back("Retry-After", "1");
  const std::string& date = date_.at(clock_.now());
  const HeadShape shape{.reason = reason_of(503), .date = date};
  const std::string bytes = head_of(response, shape) + response.body;
  ErrorCode ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(bytes), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void HttpSessions::stop() {
  is_stopping_ = true;
  connections_.cut_idle();
}

}  // namespace dw
