// The server over Boost.Beast. Accepting, TLS and limits are here; one connection's requests are
// in the Session template below, once for plain sockets and once for TLS.
#include "net/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <charconv>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "net/proxy.h"

namespace dw {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using Parser = http::request_parser<http::string_body>;

constexpr Millis accept_pause{100};
constexpr Millis handshake_timeout{10'000};
constexpr size_t idle_buffer_bytes = 512;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

auto quietly(boost::system::error_code& failed) {
  return asio::redirect_error(asio::use_awaitable, failed);
}

}  // namespace

struct HttpServer::State {
  Loop& loop;
  Clock& clock;
  TaskGroup& tasks;
  Routes routes;
  ServerOptions options;
  tcp::acceptor acceptor;
  // Shared by the server and the connections that were made under it: a reload must not pull it
  // away from them.
  std::shared_ptr<ssl::context> tls;
  size_t connections = 0;
  bool is_stopping = false;
  std::set<tcp::socket*> idle;  // kept connections between two requests: closed when stopping

  State(Loop& l, Clock& c, TaskGroup& t, Routes r, ServerOptions o)
      : loop(l), clock(c), tasks(t), routes(std::move(r)), options(std::move(o)), acceptor(l) {}

  Task<void> accept_until_stopped();
  Task<void> serve_plain(tcp::socket socket);
  Task<void> serve_tls(tcp::socket socket);
  /// Shared as `tls` is.
  Result<std::shared_ptr<ssl::context>> load_tls() const;
  Task<void> pause(Millis wait);
};

namespace {

/// Writes a stream's pieces; each within the write deadline.
template <class Stream>
class StreamWriter : public ByteStream {
 public:
  StreamWriter(Stream& stream, Millis timeout, const bool& is_stopping)
      : stream_(stream), timeout_(timeout), is_stopping_(is_stopping) {}
  Task<bool> write(std::string_view bytes) override {
    boost::system::error_code failed;
    beast::get_lowest_layer(stream_).expires_after(timeout_);
    co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), quietly(failed));
    is_gone_ = is_gone_ || failed;
    co_return !failed;
  }
  bool is_closed() const override { return is_gone_ || is_stopping_; }

 private:
  Stream& stream_;
  Millis timeout_;
  const bool& is_stopping_;
  bool is_gone_ = false;
};

/// What the parser's error means for the sender; 0: nobody is there to be told.
int status_of(const boost::system::error_code& failed) {
  if (failed == http::error::body_limit) return 413;
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow) return 431;
  if (failed == beast::error::timeout) return 408;
  if (failed.category() == http::make_error_code(http::error::bad_method).category()) return 400;
  return 0;
}

/// One connection, one request after another.
template <class Stream>
class Session {
 public:
  Session(HttpServer::State& server, Stream& stream, bool is_tls)
      : server_(server), stream_(stream), is_tls_(is_tls) {
    boost::system::error_code failed;
    const auto remote = lowest().socket().remote_endpoint(failed);
    if (!failed) connection_ = remote.address().to_string();
  }

  Task<void> run() {
    bool is_kept = true;
    while (is_kept && !server_.is_stopping) {
      if (!co_await wait_for_request()) co_return;
      is_kept = co_await serve_one();
    }
  }

 private:
  PlainStream& lowest() { return beast::get_lowest_layer(stream_); }

  /// Holds next to nothing while the connection is idle.
  Task<bool> wait_for_request() {
    if (buffer_.size() > 0) co_return true;
    buffer_.shrink_to_fit();
    boost::system::error_code failed;
    lowest().expires_after(server_.options.limits.idle_timeout);
    tcp::socket* socket = &lowest().socket();
    server_.idle.insert(socket);
    const size_t bytes =
        co_await stream_.async_read_some(buffer_.prepare(idle_buffer_bytes), quietly(failed));
    server_.idle.erase(socket);
    if (failed) co_return false;
    buffer_.commit(bytes);
    co_return true;
  }

  Task<bool> serve_one() {
    const ServerLimits& limits = server_.options.limits;
    Parser parser;
    parser.header_limit(static_cast<uint32_t>(limits.header_bytes_max));
    parser.body_limit(limits.body_bytes_max);
    boost::system::error_code failed;
    lowest().expires_after(limits.head_timeout);
    co_await http::async_read_header(stream_, buffer_, parser, quietly(failed));
    if (failed) co_return co_await refuse_broken(failed);
    if (!is_clean(parser.get())) co_return co_await refuse(400, "", "the request is ambiguous");
    if (!parser.is_done()) {
      // One deadline for the whole body: a sender of a byte a second is cut all the same.
      lowest().expires_after(limits.body_timeout);
      if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on{http::status::continue_, 11};
        co_await http::async_write(stream_, go_on, quietly(failed));
      }
      if (!failed) co_await http::async_read(stream_, buffer_, parser, quietly(failed));
      if (failed) co_return co_await refuse_broken(failed);
    }
    co_return co_await answer(parser.get(), parser.keep_alive());
  }

  /// Shapes that two programs could read as two different requests are no requests here.
  static bool is_clean(const http::request<http::string_body>& head) {
    const bool has_length = head.find(http::field::content_length) != head.end();
    const bool has_coding = head.find(http::field::transfer_encoding) != head.end();
    if (has_length && has_coding) return false;
    if (head.count(http::field::content_length) > 1) return false;
    if (head.count(http::field::host) > 1) return false;
    const std::string_view target = view(head.target());
    const bool has_control = std::any_of(target.begin(), target.end(), [](char c) {
      return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
    });
    return target.starts_with('/') && !has_control;
  }

  Task<bool> refuse_broken(boost::system::error_code failed) {
    const int status = status_of(failed);
    if (status == 0) co_return false;
    co_return co_await refuse(status, "", failed.message());
  }

  /// Answers and closes: what is left of the request can't be trusted.
  Task<bool> refuse(int status, std::string_view path, std::string detail) {
    Response response = server_.options.refuse(status, path, std::move(detail));
    co_await write(response, "GET", 11, false);
    boost::system::error_code ignored;
    lowest().socket().shutdown(tcp::socket::shutdown_send, ignored);
    co_return false;
  }

  Task<bool> answer(const http::request<http::string_body>& message, bool is_kept) {
    const auto started = server_.clock.monotonic();
    Request request = request_of(message);
    Routes::Found found = server_.routes.find(request.method, request.path);
    request.path_parameters = std::move(found.parameters);
    Response response;
    if (found.handler != nullptr) {
      response = co_await (*found.handler)(request);
    } else if (found.allow.empty()) {
      response = server_.options.refuse(404, request.path, "there is nothing at this address");
    } else {
      response = server_.options.refuse(405, request.path, "allowed here: " + found.allow);
      response.headers.emplace_back("Allow", found.allow);
    }
    if (server_.options.observe) {
      const std::chrono::duration<double> took = server_.clock.monotonic() - started;
      server_.options.observe(found.pattern, request.method, response.status, took.count());
    }
    is_kept = is_kept && !server_.is_stopping;
    co_return co_await write(response, request.method, message.version(), is_kept);
  }

  Request request_of(const http::request<http::string_body>& message) const {
    Request request;
    request.method = view(message.method_string());
    const std::string_view target = view(message.target());
    const size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    request.body = message.body();
    for (const auto& field : message) {
      request.headers.emplace_back(view(field.name_string()), view(field.value()));
    }
    Origin origin =
        origin_of(connection_, is_tls_, request.header("x-forwarded-for"),
                  request.header("x-forwarded-proto"), !request.header("forwarded").empty(),
                  server_.options.trusted_proxies);
    request.peer = std::move(origin.peer);
    request.is_loopback = origin.is_loopback;
    request.is_https = origin.is_https;
    return request;
  }

  Task<bool> write(Response& response, std::string_view method, unsigned version, bool is_kept) {
    const bool is_stream = static_cast<bool>(response.stream);
    http::response<http::string_body> message{static_cast<http::status>(response.status), version};
    if (!response.content_type.empty()) {
      message.set(http::field::content_type, response.content_type);
    }
    for (const auto& [name, value] : response.headers) message.insert(name, value);
    message.set("X-Content-Type-Options", "nosniff");
    message.keep_alive(is_kept && !is_stream);
    boost::system::error_code failed;
    lowest().expires_after(server_.options.limits.write_timeout);
    if (is_stream) {
      http::response_serializer<http::string_body> head(message);
      co_await http::async_write_header(stream_, head, quietly(failed));
      if (!failed && method != "HEAD") {
        StreamWriter<Stream> writer(stream_, server_.options.limits.write_timeout,
                                    server_.is_stopping);
        co_await response.stream(writer);
      }
      co_return false;
    }
    message.body() = std::move(response.body);
    message.prepare_payload();
    if (method == "HEAD") {
      http::response_serializer<http::string_body> head(message);
      co_await http::async_write_header(stream_, head, quietly(failed));
    } else {
      co_await http::async_write(stream_, message, quietly(failed));
    }
    co_return is_kept && !failed;
  }

  HttpServer::State& server_;
  Stream& stream_;
  bool is_tls_;
  std::string connection_;
  beast::flat_buffer buffer_;
};

/// "host:port" and "[v6]:port" taken apart.
std::optional<tcp::endpoint> endpoint_of(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  if (host.empty() || host == "*") host = "0.0.0.0";
  unsigned short port = 0;
  const char* last = listen.data() + listen.size();
  const auto [end, failed] = std::from_chars(listen.data() + colon + 1, last, port);
  boost::system::error_code bad_address;
  const auto address = asio::ip::make_address(host, bad_address);
  if (failed != std::errc{} || end != last || bad_address) return std::nullopt;
  return tcp::endpoint(address, port);
}

}  // namespace

Task<void> HttpServer::State::pause(Millis wait) {
  Wake timer(loop, clock);
  co_await timer.wait(clock.monotonic() + wait);
}

Task<void> HttpServer::State::accept_until_stopped() {
  while (!is_stopping) {
    boost::system::error_code failed;
    tcp::socket socket(loop);
    co_await acceptor.async_accept(socket, quietly(failed));
    if (is_stopping) co_return;
    if (failed) {
      // Out of file descriptors, most likely: those in use will be given back.
      log_warn("http", "cannot accept: " + failed.message());
      co_await pause(accept_pause);
      continue;
    }
    if (connections >= options.limits.connections_max) continue;  // closed by its destructor
    socket.set_option(tcp::no_delay(true), failed);
    ++connections;
    if (tls) {
      tasks.run("connection", serve_tls(std::move(socket)));
    } else {
      tasks.run("connection", serve_plain(std::move(socket)));
    }
  }
}

Task<void> HttpServer::State::serve_plain(tcp::socket socket) {
  PlainStream stream(std::move(socket));
  Session<PlainStream> session(*this, stream, false);
  co_await session.run();
  --connections;
}

Task<void> HttpServer::State::serve_tls(tcp::socket socket) {
  const std::shared_ptr<ssl::context> context = tls;  // shared: see State::tls
  TlsStream stream(std::move(socket), *context);
  boost::system::error_code failed;
  beast::get_lowest_layer(stream).expires_after(handshake_timeout);
  co_await stream.async_handshake(ssl::stream_base::server, quietly(failed));
  if (!failed) {
    Session<TlsStream> session(*this, stream, true);
    co_await session.run();
    beast::get_lowest_layer(stream).expires_after(accept_pause);
    co_await stream.async_shutdown(quietly(failed));
  }
  --connections;
}

// Shared by the server and its connections: see State::tls.
Result<std::shared_ptr<ssl::context>> HttpServer::State::load_tls() const {
  // Shared by the server and its connections: see State::tls.
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code failed;
  context->use_certificate_chain_file(options.tls_cert, failed);
  if (failed) {
    return Error{ErrorKind::invalid, "server.tls_cert", options.tls_cert + ": " + failed.message()};
  }
  context->use_private_key_file(options.tls_key, ssl::context::pem, failed);
  if (failed) {
    return Error{ErrorKind::invalid, "server.tls_key", options.tls_key + ": " + failed.message()};
  }
  return context;
}

Result<std::string> with_port(const std::string& listen) {
  const auto endpoint = endpoint_of(listen);
  if (!endpoint || endpoint->port() != 0) return listen;
  Loop loop;
  boost::system::error_code failed;
  tcp::acceptor acceptor(loop);
  acceptor.open(endpoint->protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(*endpoint, failed);
  if (failed) return Error{ErrorKind::invalid, "server.listen", listen + ": " + failed.message()};
  return listen.substr(0, listen.rfind(':') + 1) + std::to_string(acceptor.local_endpoint().port());
}

HttpServer::HttpServer(Loop& loop, Clock& clock, TaskGroup& tasks, Routes routes,
                       ServerOptions options)
    : state_(std::make_unique<State>(loop, clock, tasks, std::move(routes), std::move(options))) {
  DW_ASSERT(state_->options.refuse, "a server is given the words for what it refuses");
}

HttpServer::~HttpServer() = default;

Result<std::string> HttpServer::start() {
  const auto endpoint = endpoint_of(state_->options.listen);
  if (!endpoint) {
    return Error{ErrorKind::invalid, "server.listen",
                 "\"" + state_->options.listen + "\" is no address (host:port, [::1]:8080)"};
  }
  if (!state_->options.tls_cert.empty()) DW_CHECK(reload_tls());
  boost::system::error_code failed;
  tcp::acceptor& acceptor = state_->acceptor;
  acceptor.open(endpoint->protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(*endpoint, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) {
    const bool is_taken = failed == boost::system::errc::address_in_use;
    return Error{is_taken ? ErrorKind::busy : ErrorKind::invalid, "server.listen",
                 state_->options.listen + ": " + failed.message()};
  }
  state_->tasks.run("accept", state_->accept_until_stopped());
  const tcp::endpoint bound = acceptor.local_endpoint(failed);
  const std::string host = bound.address().to_string();
  return (bound.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(bound.port());
}

Result<void> HttpServer::reload_tls() {
  if (state_->options.tls_cert.empty()) return {};
  DW_TRY(state_->tls, state_->load_tls());
  return {};
}

void HttpServer::stop() {
  state_->is_stopping = true;
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (tcp::socket* socket : state_->idle) socket->cancel(ignored);
}

size_t HttpServer::connections() const {
  return state_->connections;
}

}  // namespace dw
