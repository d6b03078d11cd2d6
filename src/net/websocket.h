// A WebSocket client (RFC 6455) over TLS that is always verified, or without on this machine. Pings
// are answered; a peer that is silent for too long, in spite of our own pings, is given up.
#pragma once
#include <memory>
#include <string>

#include "net/task.h"
#include "net/tcp_socket.h"

namespace dw {

struct WebSocketLimits {
  Millis connect_timeout{10'000};  ///< TCP, TLS and upgrade, each; names have the system's own
  Millis silence_max{30'000};      ///< half of it without a sign: we ping; all of it: it is dead
  size_t message_bytes_max = 4 * 1024 * 1024;
  size_t unsent_max = 1000;  ///< messages that the peer does not take; then it is cut
};

class WebSocket {
 public:
  /// `url` is ws:// or wss://.
  /// errors  invalid: the URL is none; unreachable: with the step that failed
  static Task<Result<std::unique_ptr<WebSocket>>> connect(Loop& loop, std::string url,
                                                          WebSocketLimits limits);
  /// The other side of a connection whose request had this head. It sends no pings of its own and
  /// bears silence: the connecting side watches.
  /// errors  unreachable: the head asks for no web socket, or the connection is gone
  static Task<Result<std::unique_ptr<WebSocket>>> accept(TcpSocket socket, std::string head,
                                                         WebSocketLimits limits);
  virtual ~WebSocket() = default;

  /// The next text message. One task reads at a time.
  /// errors  unreachable: closed by either side, or silent for too long; no more can come
  virtual Task<Result<std::string>> read() = 0;
  /// Sends in order, behind what is not yet sent; what can't be sent is dropped, and read() ends.
  virtual void send(std::string text) = 0;
  /// A ping, in order with the messages.
  virtual void ping() = 0;
  /// Begins the closing handshake behind what is not yet sent; read() ends with the peer's answer.
  virtual void close() = 0;
  /// Ends at once, whatever is under way.
  virtual void cut() = 0;
  /// read() ends; the connection stays, and nobody answers its pings any more.
  virtual void stop_reading() = 0;
};

}  // namespace dw
