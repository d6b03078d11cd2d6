#include "net/websocket.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>

#include "base/authority.h"
#include "net/url.h"

namespace dw {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using Failed = boost::system::error_code;

/// A completion handler behind a pointer, so that Beast is compiled for one kind of waiting. It
/// runs on the stream's executor, as all of ours do, and hands the cancellation of a task down to
/// the socket.
template <class... Results>
class Waiter {
 public:
  using cancellation_slot_type = asio::cancellation_slot;

  template <class Handler>
  explicit Waiter(std::in_place_t, Handler&& handler)
      : slot_(asio::get_associated_cancellation_slot(handler)),
        call_(std::make_unique<Of<std::decay_t<Handler>>>(std::forward<Handler>(handler))) {}

  cancellation_slot_type get_cancellation_slot() const noexcept { return slot_; }
  void operator()(Results... results) {
    // The handler may begin the next wait, so nothing of this one is left when it runs.
    const std::unique_ptr<Call> call = std::move(call_);
    call->run(results...);
  }

 private:
  struct Call {
    virtual ~Call() = default;
    virtual void run(Results... results) = 0;
  };
  template <class Handler>
  struct Of : Call {
    explicit Of(Handler given) : handler(std::move(given)) {}
    void run(Results... results) override { Handler(std::move(handler))(results...); }
    Handler handler;
  };

  asio::cancellation_slot slot_;
  std::unique_ptr<Call> call_;
};

/// With TLS or without: Beast's WebSocket over each of the two would take twice as long to build.
class ByteStream {
 public:
  using Encrypted = beast::ssl_stream<beast::tcp_stream&>;
  using executor_type = beast::tcp_stream::executor_type;
  using Transferred = Waiter<Failed, size_t>;
  using Ended = Waiter<Failed>;

  template <class Socket>
  explicit ByteStream(Socket&& socket) : tcp_(std::forward<Socket>(socket)) {}

  executor_type get_executor() noexcept { return tcp_.get_executor(); }
  beast::tcp_stream& next_layer() noexcept { return tcp_; }
  const beast::tcp_stream& next_layer() const noexcept { return tcp_; }

  Encrypted& encrypt(ssl::context& context) { return tls_.emplace(tcp_, context); }

  /// As many of the buffers as one call takes; the rest is for the next one, as with any stream.
  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    read(first<asio::mutable_buffer>(buffers), Transferred(std::in_place, std::move(handler)));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    write(first<asio::const_buffer>(buffers), Transferred(std::in_place, std::move(handler)));
  }
  void end(beast::role_type role, Ended done) {
    using beast::websocket::async_teardown;
    if (tls_) return async_teardown(role, *tls_, std::move(done));
    async_teardown(role, tcp_.socket(), std::move(done));
  }

 private:
  static constexpr size_t buffers_max = 4;
  template <class Buffer>
  using Some = std::array<Buffer, buffers_max>;

  template <class Buffer, class Buffers>
  static Some<Buffer> first(const Buffers& buffers) {
    Some<Buffer> out{};
    size_t count = 0;
    for (auto it = asio::buffer_sequence_begin(buffers);
         it != asio::buffer_sequence_end(buffers) && count < buffers_max; ++it) {
      const Buffer buffer(*it);
      if (buffer.size() > 0) out[count++] = buffer;
    }
    return out;
  }
  void read(Some<asio::mutable_buffer> into, Transferred done) {
    if (tls_) return tls_->async_read_some(into, std::move(done));
    tcp_.async_read_some(into, std::move(done));
  }
  void write(Some<asio::const_buffer> from, Transferred done) {
    if (tls_) return tls_->async_write_some(from, std::move(done));
    tcp_.async_write_some(from, std::move(done));
  }

  beast::tcp_stream tcp_;
  std::optional<Encrypted> tls_;
};

/// Found by Beast where a closing handshake is over.
template <class Handler>
void async_teardown(beast::role_type role, ByteStream& stream, Handler&& handler) {
  stream.end(role, ByteStream::Ended(std::in_place, std::forward<Handler>(handler)));
}

auto quietly(Failed& failed) {
  return asio::redirect_error(asio::use_awaitable, failed);
}

Error unreachable(const std::string& host, const std::string& step, const Failed& failed) {
  return {ErrorKind::unreachable, host, step + ": " + failed.message()};
}

/// Beyond the socket itself; writes hold on to it until they have ended.
struct Line : std::enable_shared_from_this<Line> {  // shared with writes under way
  using Transferred = ByteStream::Transferred;
  using Ended = ByteStream::Ended;
  struct Frame {
    std::string text;
    bool is_ping = false;
  };

  template <class Socket>
  Line(const WebSocketLimits& given, Socket&& socket)
      : limits(given), stream(std::forward<Socket>(socket)) {}

  void send(Frame frame) {
    if (is_closing) return;
    if (unsent.size() >= limits.unsent_max) return cut();
    unsent.push_back(std::move(frame));
    if (unsent.size() == 1) write_next();
  }

  void write_next() {
    if (unsent.front().is_ping) {
      return stream.async_ping({}, Ended(std::in_place, [self = shared_from_this()](Failed failed) {
                                 self->is_written(failed);
                               }));
    }
    stream.async_write(
        asio::buffer(unsent.front().text),
        Transferred(std::in_place, [self = shared_from_this()](Failed failed, size_t) {
          self->is_written(failed);
        }));
  }

  void is_written(Failed failed) {
    unsent.pop_front();
    if (failed) return cut();
    if (!unsent.empty()) return write_next();
    if (is_closing) close_handshake();
  }

  void close() {
    if (is_closing) return;
    is_closing = true;
    if (unsent.empty()) close_handshake();
  }

  void close_handshake() {
    stream.async_close(beast::websocket::close_code::normal,
                       Ended(std::in_place, [self = shared_from_this()](Failed) {
                         self->cut();  // Slack does not always end the connection itself
                       }));
  }

  void cut() {
    is_closing = true;
    Failed ignored;
    beast::get_lowest_layer(stream).socket().close(ignored);
  }

  WebSocketLimits limits;
  // Before the stream, which needs it until it is gone.
  std::optional<ssl::context> tls;
  // Messages are never compressed: Slack does not ask for it.
  beast::websocket::stream<ByteStream, false> stream;
  beast::flat_buffer buffer;
  std::deque<Frame> unsent;
  bool is_closing = false;
};

class Connected : public WebSocket {
 public:
  // Shared: see Line.
  Connected(std::string host, std::shared_ptr<Line> line)
      : host_(std::move(host)), line_(std::move(line)) {}
  ~Connected() override { line_->cut(); }

  Task<Result<std::string>> read() override {
    for (;;) {
      Failed failed;
      line_->buffer.clear();
      co_await line_->stream.async_read(line_->buffer, quietly(failed));
      if (failed == beast::error::timeout) {
        co_return Error{ErrorKind::unreachable, host_, "silent for too long"};
      }
      if (failed) co_return unreachable(host_, "the connection ended", failed);
      if (line_->stream.got_text()) co_return beast::buffers_to_string(line_->buffer.data());
    }
  }
  void send(std::string text) override { line_->send({.text = std::move(text)}); }
  void ping() override { line_->send({.is_ping = true}); }
  void close() override { line_->close(); }
  void cut() override { line_->cut(); }
  void stop_reading() override {
    Failed ignored;
    beast::get_lowest_layer(line_->stream).socket().cancel(ignored);
  }

 private:
  std::string host_;
  std::shared_ptr<Line> line_;  // shared: see Line
};

struct Address {
  std::string host, port, target, shown;
};

Task<Result<void>> dial(Loop& loop, beast::tcp_stream& stream, Address to, Millis timeout) {
  Failed failed;
  tcp::resolver resolver(loop);
  const auto found = co_await resolver.async_resolve(to.host, to.port, quietly(failed));
  if (failed) co_return unreachable(to.shown, "host name not found", failed);
  stream.expires_after(timeout);
  co_await stream.async_connect(found, quietly(failed));
  if (failed) co_return unreachable(to.shown, "can't connect", failed);
  stream.socket().set_option(tcp::no_delay(true), failed);
  co_return Result<void>();
}

Task<Result<void>> encrypt(Line& line, Address to) {
  Failed failed;
  ssl::context& context = line.tls.emplace(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_default_verify_paths(failed);
  context.set_verify_mode(ssl::verify_peer, failed);
  ByteStream::Encrypted& encrypted = line.stream.next_layer().encrypt(context);
  encrypted.set_verify_callback(ssl::host_name_verification(to.host), failed);
  SSL_set_tlsext_host_name(encrypted.native_handle(), to.host.c_str());
  beast::get_lowest_layer(line.stream).expires_after(line.limits.connect_timeout);
  co_await encrypted.async_handshake(ssl::stream_base::client, quietly(failed));
  if (failed) co_return unreachable(to.shown, "no TLS", failed);
  co_return Result<void>();
}

// Shared: see Line.
Task<Result<std::unique_ptr<WebSocket>>> upgrade(std::shared_ptr<Line> line, Address to) {
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
  Failed failed;
  beast::websocket::response_type answer;
  stream.set_option(
      beast::websocket::stream_base::decorator([](beast::websocket::request_type& request) {
        request.set(beast::http::field::user_agent, "Deskwire/" DW_VERSION);
      }));
  co_await stream.async_handshake(answer, to.shown, to.target, quietly(failed));
  if (failed == beast::websocket::error::upgrade_declined) {
    co_return Error{ErrorKind::unreachable, to.shown,
                    "WebSocket upgrade refused: HTTP " + std::to_string(answer.result_int())};
  }
  if (failed) co_return unreachable(to.shown, "WebSocket upgrade failed", failed);
  std::unique_ptr<WebSocket> out = std::make_unique<Connected>(to.shown, std::move(line));
  co_return out;
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
  // Shared: see Line.
  auto line = std::make_shared<Line>(limits, loop);
  auto& lowest = beast::get_lowest_layer(line->stream);
  DW_CO_CHECK(co_await dial(loop, lowest, to, limits.connect_timeout));
  if (parsed->scheme == "https") DW_CO_CHECK(co_await encrypt(*line, to));
  co_return co_await upgrade(std::move(line), std::move(to));
}

Task<Result<std::unique_ptr<WebSocket>>> WebSocket::accept(TcpSocket socket, std::string head,
                                                           WebSocketLimits limits) {
  Failed failed;
  http::request_parser<http::empty_body> parser;
  parser.put(asio::buffer(head), failed);
  // Shared: see Line.
  auto line = std::make_shared<Line>(limits, std::move(socket));
  line->stream.read_message_max(limits.message_bytes_max);
  line->stream.text(true);
  if (!failed) co_await line->stream.async_accept(parser.get(), quietly(failed));
  if (failed) co_return unreachable("web socket", "no upgrade", failed);
  std::unique_ptr<WebSocket> out = std::make_unique<Connected>("web socket", std::move(line));
  co_return out;
}

}  // namespace dw
