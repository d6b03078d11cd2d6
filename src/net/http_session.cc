// One connection: bytes in, a request to its handler, bytes out. Beast's parser takes a head apart,
// request_head.h decides what it says and chunked_body.h reads chunks; reading, writing and their
// deadlines are here, once for plain sockets and once for TLS.
#include "net/http_session.h"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "net/chunked_body.h"
#include "net/request_head.h"

namespace dw {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using TlsStream = ssl::stream<tcp::socket>;
using Parser = http::request_parser<http::empty_body>;
using ErrorCode = boost::system::error_code;

constexpr Millis handshake_timeout{10'000};
constexpr Millis linger_timeout{1'000};
/// What a refused sender is still sending is read and forgotten, so that it hears our answer before
/// its connection is reset: until it is silent for a while, and never further or longer than this.
constexpr size_t drain_bytes_max = 64 * 1024 * 1024;
constexpr Millis drain_silence_max{2'000}, drain_time_max{30'000};
constexpr std::string_view empty_line = "\r\n";
constexpr size_t idle_buffer_bytes = 512;  // of a TLS connection
constexpr size_t read_bytes = 16 * 1024;

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

/// A request as far as it has arrived.
struct Arriving {
  Parser parser;
  HeaderViews headers;  // of the head: what is behind the body is no header
  Framing framing;
  std::string body;

  std::string_view method() const { return view(parser.get().method_string()); }
};

bool has_hung_up(int socket) {
  char byte = 0;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

template <class Stream>
class HttpSession final : public HttpConnection, private ByteStream {
 public:
  HttpSession(HttpSessions& server, Stream stream)
      : HttpConnection(server.connections_), server_(server), stream_(std::move(stream)) {
    peer_ = server.proxies_.peer_of(address_of(socket()), is_tls);
    ErrorCode ignored;
    port_ = socket().local_endpoint(ignored).port();
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
      is_kept = co_await wait_for_request();
      if (is_kept) is_kept = co_await serve_one();
    }
    co_await linger();
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

  /// What is read ahead is of the next request, and rare.
  void release_reading() override {
    if (buffer_.size() == 0) buffer_.shrink_to_fit();
  }

  const ServerLimits& limits() const { return server_.options_.limits; }

  Task<bool> read_more(size_t bytes_max) {
    const size_t bytes =
        co_await stream_.async_read_some(buffer_.prepare(bytes_max), quietly(failed_));
    buffer_.commit(bytes);
    co_return !failed_;
  }

  /// The first bytes behind a pause, however long: next to nothing is held for them meanwhile.
  Task<bool> read_first() {
    if constexpr (is_tls) {
      co_return co_await read_more(idle_buffer_bytes);
    } else {
      co_await stream_.async_wait(tcp::socket::wait_read, quietly(failed_));
      if (failed_) co_return false;
      co_return co_await read_more(read_bytes);
    }
  }

  /// Holds next to nothing while the connection is idle. One empty line before a request is
  /// skipped: some clients send it behind a body (RFC 9112, section 2.2).
  Task<bool> wait_for_request() {
    bool may_skip = true;
    set_deadline(limits().idle_timeout);
    for (;;) {
      const std::string_view arrived = view(buffer_);
      const bool is_begun = !arrived.empty() && !(may_skip && empty_line.starts_with(arrived));
      if (may_skip && arrived.starts_with(empty_line)) {
        buffer_.consume(empty_line.size());
        may_skip = false;
        continue;
      }
      if (is_begun) co_return true;
      if (buffer_.size() == 0 && buffer_.capacity() > idle_buffer_bytes) buffer_.shrink_to_fit();
      set_idle(true);
      const bool has_more = co_await read_first();
      set_idle(false);
      if (!has_more) co_return false;
    }
  }

  Task<bool> serve_one() {
    set_deadline(limits().head_timeout);
    refused_method_.clear();
    refused_path_.clear();
    HeadScan scan;
    auto verdict = scan.look(view(buffer_));
    while (verdict == HeadScan::Verdict::more && buffer_.size() <= limits().header_bytes_max) {
      if (!co_await read_more(read_bytes)) co_return co_await refuse_late();
      verdict = scan.look(view(buffer_));
    }
    if (verdict == HeadScan::Verdict::broken) {
      co_return co_await refuse(400, "the request's head is malformed");
    }
    if (verdict == HeadScan::Verdict::more || scan.bytes() > limits().header_bytes_max) {
      co_return co_await refuse(431, "the request's head is too large");
    }
    Arriving request;
    if (std::string broken = parse_head(request, scan.bytes()); !broken.empty()) {
      co_return co_await refuse(400, std::move(broken));
    }
    refused_method_ = request.method();
    refused_path_ = request.framing.path;
    const Framing& framing = request.framing;
    if (framing.refused != 0) co_return co_await refuse(framing.refused, std::string(framing.why));
    const bool has_body = framing.is_chunked || framing.body_bytes > 0;
    if (has_body && !co_await read_body(request)) co_return false;
    clear_deadline();
    set_answering(true);
    const bool is_kept = co_await answer(request);
    set_answering(false);
    co_return is_kept;
  }

  /// Takes the head from the buffer; the result is what is wrong with its grammar, if anything is.
  std::string parse_head(Arriving& request, size_t bytes) {
    Parser& parser = request.parser;
    parser.header_limit(static_cast<uint32_t>(limits().header_bytes_max));
    // How long the body is, and whether there is one, is not left to it.
    parser.skip(true);
    ErrorCode broken;
    const size_t taken = parser.put(asio::buffer(view(buffer_).data(), bytes), broken);
    if (broken) return broken.message();
    if (taken != bytes || !parser.is_header_done()) return "the request's head is malformed";
    buffer_.consume(bytes);
    const auto& head = parser.get();
    request.headers.reserve(16);
    for (const auto& field : head) {
      request.headers.emplace_back(view(field.name_string()), view(field.value()));
    }
    request.framing = framing_of({.method = request.method(),
                                  .target = view(head.target()),
                                  .version = static_cast<int>(head.version()),
                                  .headers = request.headers});
    return {};
  }

  /// One deadline for the whole body: a sender of a byte a second is cut all the same.
  Task<bool> read_body(Arriving& request) {
    set_deadline(limits().body_timeout);
    const Framing& framing = request.framing;
    if (framing.body_bytes > body_bytes_max()) co_return co_await refuse_large();
    const bool waits = framing.waits_to_go_on && buffer_.size() == 0;
    if (waits && !co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", "")) co_return false;
    if (framing.is_chunked) co_return co_await read_chunks(request);
    const auto length = static_cast<size_t>(framing.body_bytes);
    for (;;) {
      const size_t bytes = std::min(length - request.body.size(), buffer_.size());
      request.body.append(view(buffer_).substr(0, bytes));
      buffer_.consume(bytes);
      if (request.body.size() == length) co_return true;
      if (!co_await read_more(read_bytes)) co_return co_await refuse_late();
    }
  }

  Task<bool> read_chunks(Arriving& request) {
    ChunkedBody chunks(body_bytes_max(), limits().header_bytes_max);
    for (;;) {
      const auto verdict = chunks.take(view(buffer_), request.body);
      buffer_.consume(chunks.taken());
      if (verdict == ChunkedBody::Verdict::whole) co_return true;
      if (verdict == ChunkedBody::Verdict::too_large) co_return co_await refuse_large();
      if (verdict == ChunkedBody::Verdict::broken) {
        co_return co_await refuse(400, "the request's chunks are malformed");
      }
      if (!co_await read_more(read_bytes)) co_return co_await refuse_late();
    }
  }

  Task<bool> refuse_large() {
    const size_t limit = body_bytes_max();
    std::string why = "the body is larger than " + std::to_string(limit) + " bytes";
    if (limit == limits().body_bytes_max) why += " (server.max_body)";
    co_return co_await refuse(413, std::move(why));
  }

  size_t body_bytes_max() const {
    const auto& limit = server_.options_.body_limit;
    return limit ? limit(refused_path_, refused_method_) : limits().body_bytes_max;
  }

  /// A read has failed: its time was up, or nobody is there to be told.
  Task<bool> refuse_late() {
    if (!is_late()) co_return false;
    co_return co_await refuse(408, "the request took too long to arrive");
  }

  /// Answers and closes: what is left of the request can't be trusted.
  Task<bool> refuse(int status, std::string detail) {
    Response response = server_.options_.refuse(status, refused_path_, std::move(detail));
    if (status == 415) response.headers.emplace_back("Accept-Encoding", "identity");
    co_await write(response, refused_method_, 11, false);
    is_refused_ = true;
    co_return false;
  }

  Task<bool> answer(const Arriving& arrived) {
    const auto started = server_.clock_.monotonic();
    Request request = request_of(arrived);
    Response response;
    std::string_view pattern;
    std::optional<Response> turned_away;
    if (server_.options_.admit) turned_away = server_.options_.admit(request);
    if (turned_away) {
      response = std::move(*turned_away);
    } else {
      Routes::Found found = server_.routes_.find(request.method, request.path);
      pattern = found.pattern;
      request.path_parameters = std::move(found.parameters);
      if (found.handler != nullptr) {
        response = co_await (*found.handler)(request);
      } else if (found.allow.empty()) {
        response = server_.options_.refuse(404, request.path, "there is nothing at this address");
      } else {
        response = server_.options_.refuse(405, request.path, "allowed here: " + found.allow);
        response.headers.emplace_back("Allow", found.allow);
      }
    }
    if (server_.options_.observe) {
      const std::chrono::duration<double> took = server_.clock_.monotonic() - started;
      server_.options_.observe(pattern, request.method, response.status, took.count());
    }
    const bool is_kept = arrived.framing.is_kept && !server_.is_stopping();
    co_return co_await write(response, request.method, arrived.parser.get().version(), is_kept);
  }

  Request request_of(const Arriving& arrived) {
    const Framing& framing = arrived.framing;
    Request request;
    request.method = arrived.method();
    request.path = framing.path;
    request.query = framing.query;
    request.body = arrived.body;
    request.host = framing.authority;
    request.headers = arrived.headers;
    for (auto& [name, value] : request.headers) {
      if (framing.is_absolute && beast::iequals(name, "host")) value = framing.authority;
    }
    Origin origin = server_.proxies_.origin_of(peer_, request.headers);
    request.peer = std::move(origin.peer);
    request.is_loopback = origin.is_loopback;
    request.is_https = origin.is_https;
    request.is_tls = is_tls;
    request.port = port_;
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
                          .is_tls = is_tls,
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
  Task<void> linger() {
    set_deadline(linger_timeout);
    ErrorCode ignored;
    if constexpr (is_tls) co_await stream_.async_shutdown(quietly(ignored));
    if (!is_refused_) co_return;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
    buffer_.clear();
    const Monotonic until = server_.clock_.monotonic() + drain_time_max;
    size_t bytes = 0;
    set_idle(true);  // a server that stops does not wait for it
    while (bytes < drain_bytes_max && !server_.is_stopping()) {
      if (server_.clock_.monotonic() >= until) break;
      set_deadline(drain_silence_max);
      bytes += co_await socket().async_read_some(buffer_.prepare(read_bytes), quietly(ignored));
      if (ignored) break;
    }
    set_idle(false);
  }

  HttpSessions& server_;
  Stream stream_;
  SocketPeer peer_;
  beast::flat_buffer buffer_;
  ErrorCode failed_;  // of the last read or write
  uint16_t port_ = 0;
  // Of the request that is being read, as far as they are known: for an answer that refuses it.
  std::string refused_method_, refused_path_;
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
