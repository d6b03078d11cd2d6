#include "net/websocket.h"

#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>

#include "base/authority.h"
#include "net/url.h"

namespace dw {
namespace {

namespace beast = boost::beast;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using Plain = beast::tcp_stream;
using Encrypted = beast::ssl_stream<beast::tcp_stream>;

auto quietly(boost::system::error_code& failed) {
  return asio::redirect_error(asio::use_awaitable, failed);
}

Error unreachable(const std::string& host, const std::string& step,
                  const boost::system::error_code& failed) {
  return {ErrorKind::unreachable, host, step + ": " + failed.message()};
}

/// Beyond the socket itself; writes hold on to it until they have ended.
template <class Stream>
struct Line : std::enable_shared_from_this<Line<Stream>> {  // shared with writes under way
  template <class... Parts>
  explicit Line(const WebSocketLimits& given, Parts&&... parts)
      : limits(given), stream(std::forward<Parts>(parts)...) {}

  void send(std::string text) {
    if (is_closing) return;
    if (unsent.size() >= limits.unsent_max) return cut();
    unsent.push_back(std::move(text));
    if (unsent.size() == 1) write_next();
  }

  void write_next() {
    stream.async_write(asio::buffer(unsent.front()),
                       [self = this->shared_from_this()](boost::system::error_code failed, size_t) {
                         self->unsent.pop_front();
                         if (failed) return self->cut();
                         if (!self->unsent.empty()) return self->write_next();
                         if (self->is_closing) self->say_goodbye();
                       });
  }

  void close() {
    if (is_closing) return;
    is_closing = true;
    if (unsent.empty()) say_goodbye();
  }

  void say_goodbye() {
    stream.async_close(beast::websocket::close_code::normal,
                       [self = this->shared_from_this()](boost::system::error_code) {
                         self->cut();  // Slack does not always end the connection itself
                       });
  }

  void cut() {
    is_closing = true;
    boost::system::error_code ignored;
    beast::get_lowest_layer(stream).socket().close(ignored);
  }

  WebSocketLimits limits;
  beast::websocket::stream<Stream> stream;
  beast::flat_buffer buffer;
  std::deque<std::string> unsent;
  bool is_closing = false;
};

template <class Stream>
class Connected : public WebSocket {
 public:
  Connected(std::string host, std::shared_ptr<Line<Stream>> line)  // shared: see Line
      : host_(std::move(host)), line_(std::move(line)) {}
  ~Connected() override { line_->cut(); }

  Task<Result<std::string>> read() override {
    for (;;) {
      boost::system::error_code failed;
      line_->buffer.clear();
      co_await line_->stream.async_read(line_->buffer, quietly(failed));
      if (failed == beast::error::timeout) {
        co_return Error{ErrorKind::unreachable, host_, "silent for too long"};
      }
      if (failed) co_return unreachable(host_, "the connection ended", failed);
      if (line_->stream.got_text()) co_return beast::buffers_to_string(line_->buffer.data());
    }
  }
  void send(std::string text) override { line_->send(std::move(text)); }
  void close() override { line_->close(); }
  void cut() override { line_->cut(); }

 private:
  std::string host_;
  std::shared_ptr<Line<Stream>> line_;  // shared: see Line
};

struct Address {
  std::string host, port, target, shown;
};

Task<Result<void>> dial(Loop& loop, beast::tcp_stream& stream, Address to, Millis timeout) {
  boost::system::error_code failed;
  tcp::resolver resolver(loop);
  const auto found = co_await resolver.async_resolve(to.host, to.port, quietly(failed));
  if (failed) co_return unreachable(to.shown, "no such name", failed);
  stream.expires_after(timeout);
  co_await stream.async_connect(found, quietly(failed));
  if (failed) co_return unreachable(to.shown, "can't connect", failed);
  stream.socket().set_option(tcp::no_delay(true), failed);
  co_return Result<void>();
}

template <class Stream>
Task<Result<std::unique_ptr<WebSocket>>> upgrade(
    std::shared_ptr<Line<Stream>> line,  // shared: Line
    Address to) {
  auto& stream = line->stream;
  // From here on the web socket's own deadlines hold.
  beast::get_lowest_layer(stream).expires_never();
  beast::websocket::stream_base::timeout deadlines{};
  deadlines.handshake_timeout = line->limits.connect_timeout;
  deadlines.idle_timeout = line->limits.silence_max;
  deadlines.keep_alive_pings = true;
  stream.set_option(deadlines);
  stream.read_message_max(line->limits.message_bytes_max);
  stream.text(true);
  boost::system::error_code failed;
  beast::websocket::response_type answer;
  co_await stream.async_handshake(answer, to.shown, to.target, quietly(failed));
  if (failed == beast::websocket::error::upgrade_declined) {
    co_return Error{ErrorKind::unreachable, to.shown,
                    "no web socket: HTTP " + std::to_string(answer.result_int())};
  }
  if (failed) co_return unreachable(to.shown, "no web socket", failed);
  std::unique_ptr<WebSocket> out = std::make_unique<Connected<Stream>>(to.shown, std::move(line));
  co_return out;
}

Task<Result<std::unique_ptr<WebSocket>>> connect_plain(Loop& loop, Address to,
                                                       WebSocketLimits limits) {
  // Shared: see Line.
  auto line = std::make_shared<Line<Plain>>(limits, loop);
  auto& lowest = beast::get_lowest_layer(line->stream);
  DW_CO_CHECK(co_await dial(loop, lowest, to, limits.connect_timeout));
  co_return co_await upgrade(std::move(line), std::move(to));
}

struct TlsContext {
  std::unique_ptr<ssl::context> context;
};

/// The context outlives the stream: bases go in the opposite order of theirs.
struct EncryptedLine : TlsContext, Line<Encrypted> {
  EncryptedLine(const WebSocketLimits& given, Loop& loop, std::unique_ptr<ssl::context> made)
      : TlsContext{std::move(made)}, Line(given, loop, *context) {}
};

Task<Result<std::unique_ptr<WebSocket>>> connect_encrypted(Loop& loop, Address to,
                                                           WebSocketLimits limits) {
  boost::system::error_code failed;
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_default_verify_paths(failed);
  context->set_verify_mode(ssl::verify_peer, failed);
  // Shared: see Line.
  auto made = std::make_shared<EncryptedLine>(limits, loop, std::move(context));
  std::shared_ptr<Line<Encrypted>> line = std::move(made);
  Encrypted& encrypted = line->stream.next_layer();
  encrypted.set_verify_callback(ssl::host_name_verification(to.host), failed);
  SSL_set_tlsext_host_name(encrypted.native_handle(), to.host.c_str());
  auto& lowest = beast::get_lowest_layer(line->stream);
  DW_CO_CHECK(co_await dial(loop, lowest, to, limits.connect_timeout));
  lowest.expires_after(limits.connect_timeout);
  co_await encrypted.async_handshake(ssl::stream_base::client, quietly(failed));
  if (failed) co_return unreachable(to.shown, "no TLS", failed);
  co_return co_await upgrade(std::move(line), std::move(to));
}

}  // namespace

Task<Result<std::unique_ptr<WebSocket>>> WebSocket::connect(Loop& loop, std::string url,
                                                            WebSocketLimits limits) {
  // "ws" and "wss" are to "http" what "http" is to "https".
  const bool is_web_socket = url.starts_with("ws://") || url.starts_with("wss://");
  const std::optional<Url> parsed =
      is_web_socket ? parse_url("http" + url.substr(2)) : std::nullopt;
  if (!parsed) co_return Error{ErrorKind::invalid, "web socket", "invalid address"};
  // What is said there is secret: it goes over TLS, or stays on this machine.
  if (parsed->scheme == "http" && !is_loopback_host(parsed->host)) {
    co_return Error{ErrorKind::invalid, "web socket", "the address must begin with wss:// (TLS)"};
  }
  const std::string origin = parsed->origin();
  Address to{.host = parsed->host,
             .port = std::to_string(parsed->port),
             .target = parsed->path.empty() ? "/" : parsed->path,
             .shown = origin.substr(origin.find("://") + 3)};
  // "[::1]" is how an address of that kind is written, and not what it is.
  if (to.host.starts_with('[')) to.host = to.host.substr(1, to.host.size() - 2);
  if (!parsed->query.empty()) to.target += "?" + parsed->query;
  if (parsed->scheme == "https") {
    co_return co_await connect_encrypted(loop, std::move(to), limits);
  }
  co_return co_await connect_plain(loop, std::move(to), limits);
}

}  // namespace dw
