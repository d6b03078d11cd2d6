// The connections of a server and the requests on them.
#pragma once
#include <memory>

#include "net/connections.h"
#include "net/http_server.h"
#include "net/proxy.h"
#include "net/response_head.h"
#include "net/tcp_socket.h"

namespace boost::asio::ssl {
class context;
}

namespace dw {

class HttpSessions {
 public:
  /// What is handed in outlives it.
  HttpSessions(Clock& clock, const Routes& routes, const ServerOptions& options);

  /// Serves one request after another until either side ends it.
  Task<void> serve(TcpSocket socket);
  /// 503 at once, without reading: there are as many connections as there may be.
  void turn_away(TcpSocket socket);

  /// For connections from now on. Shared with those: a reload must not pull it away from them.
  void use_tls(std::shared_ptr<asio::ssl::context> context) { tls_ = std::move(context); }
  /// Ends idle connections; the others end with the request that they are at.
  void stop();
  bool is_stopping() const { return is_stopping_; }
  size_t size() const { return connections_.size(); }

 private:
  template <class Stream>
  friend class HttpSession;

  Clock& clock_;
  const Routes& routes_;
  const ServerOptions& options_;
  ProxyTrust proxies_;
  Connections connections_;
  HttpDate date_;
  std::shared_ptr<asio::ssl::context> tls_;  // shared: see use_tls()
  bool is_stopping_ = false;
};

}  // namespace dw
