// Listening and accepting; what happens on a connection is http_session.cc's.
#include "net/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>

#include "base/log.h"
#include "base/number.h"
#include "net/http_session.h"
#include "net/tls.h"

namespace dw {
namespace {

using tcp = asio::ip::tcp;

constexpr Millis accept_pause{100};

/// "host:port" and "[v6]:port" taken apart.
std::optional<tcp::endpoint> endpoint_of(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  if (host.empty() || host == "*") host = "0.0.0.0";
  const auto port = number_in<unsigned short>(std::string_view(listen).substr(colon + 1));
  boost::system::error_code bad_address;
  const auto address = asio::ip::make_address(host, bad_address);
  if (!port || bad_address) return std::nullopt;
  return tcp::endpoint(address, *port);
}

boost::system::error_code bind_to(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  boost::system::error_code failed;
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(endpoint, failed);
  return failed;
}

}  // namespace

struct HttpServer::State {
  Clock& clock;
  TaskGroup& tasks;
  Routes routes;
  ServerOptions options;
  HttpSessions sessions;
  tcp::acceptor acceptor;
  AsyncEvent pause;

  State(Loop& loop, Clock& c, TaskGroup& t, Routes r, ServerOptions o)
      : clock(c),
        tasks(t),
        routes(std::move(r)),
        options(std::move(o)),
        sessions(c, routes, options),
        acceptor(loop),
        pause(loop, c) {}

  Task<void> accept_until_stopped();
};

Task<void> HttpServer::State::accept_until_stopped() {
  bool is_short = false;
  while (!sessions.is_stopping()) {
    boost::system::error_code failed;
    tcp::socket socket(acceptor.get_executor());
    co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, failed));
    if (sessions.is_stopping()) co_return;
    // The caller went away between its knock and our answer.
    if (failed == asio::error::connection_aborted) continue;
    if (failed) {
      // Out of file descriptors, most likely. Those in use will be given back; until then the
      // callers wait in the kernel's queue, and asking again at once would only burn time.
      if (!is_short) log_warn("http", "cannot accept for now: " + failed.message());
      is_short = true;
      co_await pause.wait(clock.monotonic() + accept_pause);
      continue;
    }
    is_short = false;
    if (sessions.size() >= options.limits.connections_max) {
      sessions.turn_away(std::move(socket));
    } else {
      tasks.run("connection", sessions.serve(std::move(socket)));
    }
  }
}

Result<std::string> with_port(const std::string& listen) {
  const auto endpoint = endpoint_of(listen);
  if (!endpoint || endpoint->port() != 0) return listen;
  Loop loop;
  tcp::acceptor acceptor(loop);
  const boost::system::error_code failed = bind_to(acceptor, *endpoint);
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
                 "invalid address \"" + state_->options.listen + "\" (host:port, [::1]:8080)"};
  }
  DW_CHECK(reload_tls());
  tcp::acceptor& acceptor = state_->acceptor;
  boost::system::error_code failed = bind_to(acceptor, *endpoint);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) {
    const bool is_taken = failed == boost::system::errc::address_in_use;
    std::string advice;
    if (is_taken) {
      advice =
          " by another program (`ss -ltnp` shows which). Stop it, or set server.listen to another "
          "port";
    } else if (failed == boost::system::errc::address_not_available) {
      advice = ". This machine has no such address (`ip address` shows what it has)";
    } else if (failed == boost::system::errc::permission_denied) {
      advice = ". Ports below 1024 are for root: set server.listen to a higher one";
    }
    return Error{is_taken ? ErrorKind::busy : ErrorKind::invalid, "server.listen",
                 state_->options.listen + ": " + failed.message() + advice};
  }
  state_->tasks.run("accept", state_->accept_until_stopped());
  const tcp::endpoint bound = acceptor.local_endpoint(failed);
  const std::string host = bound.address().to_string();
  return (bound.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(bound.port());
}

Result<void> HttpServer::reload_tls() {
  if (state_->options.tls_cert.empty()) return {};
  // Shared by the server and its connections: see tls.h.
  DW_TRY(auto context, load_tls(state_->options.tls_cert, state_->options.tls_key));
  state_->sessions.use_tls(std::move(context));
  return {};
}

void HttpServer::stop() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  state_->pause.notify();
  state_->sessions.stop();
}

size_t HttpServer::connections() const {
  return state_->sessions.size();
}

}  // namespace dw
