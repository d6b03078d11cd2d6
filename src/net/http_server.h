// An HTTP/1.1 server on the event loop: routes, limits, deadlines, keep-alive, TLS, streams.
// It knows no words of the trade; who may call what is the handlers' matter.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/task.h"
#include "net/task_group.h"

namespace dw {

/// One request, whole. It lives until its handler's task has ended.
struct Request {
  std::string_view method;   ///< "POST"
  std::string_view path;     ///< without the query, still percent-encoded
  std::string_view query;    ///< without the question mark
  std::string_view body;     ///< raw bytes, at most body_bytes_max
  std::string peer;          ///< the caller's address, seen through trusted proxies: "203.0.113.9"
  bool is_loopback = false;  ///< `peer` is this machine
  bool is_https = false;     ///< TLS here, or a trusted proxy says so

  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::vector<std::string> path_parameters;  ///< decoded, in the order of the pattern
  /// The caller has hung up, as far as can be seen: for handlers that wait before they answer.
  std::function<bool()> is_gone;

  std::string_view host;  ///< whom it is for, "a:8080": the target's authority, else Host's
  uint16_t port = 0;      ///< ours, of the connection that it came on
  bool is_tls = false;    ///< TLS here

  /// A header by name in any case; empty if absent. Of a repeated one the first.
  std::string_view header(std::string_view name) const;
  /// Whether Accept-Encoding takes a coding ("gzip"): named, or by "*", and not with q=0.
  bool takes_coding(std::string_view coding) const;
  /// A decoded query parameter.
  std::optional<std::string> parameter(std::string_view name) const;
};

/// What a streaming answer is written to.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// False when the reader is gone, or took longer than the write deadline: stop then.
  virtual Task<bool> write(std::string_view bytes) = 0;
  /// The server is stopping, or the reader has closed its side.
  virtual bool is_closed() const = 0;
};

struct Response {
  int status = 200;
  std::string content_type;  ///< empty with an empty body
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Set: the answer is a stream without length; `body` is empty. Called once, after the head is
  /// written; the connection ends when it returns.
  std::function<Task<void>(ByteStream&)> stream;
};

/// A plain function or member that returns a task; see the rules about lambdas in README.md.
using Handler = std::function<Task<Response>(Request&)>;

/// Patterns: "/v1/tickets/{}" takes one segment, "/assets/{*}" the rest. The most exact wins.
class Routes {
 public:
  void add(std::string method, std::string pattern, Handler handler);

  struct Found {
    const Handler* handler = nullptr;  ///< null: no such route, or not with this method
    std::vector<std::string> parameters;
    std::string allow;         ///< methods of this path, for 405; empty: 404
    std::string_view pattern;  ///< for metrics: a closed set of labels
  };
  /// HEAD is answered by GET's handler.
  Found find(std::string_view method, std::string_view path) const;
  /// Replaces each handler by what `around` makes of it and its pattern.
  void wrap(const std::function<Handler(std::string_view pattern, Handler)>& around);
  /// "GET /v1/tickets/{}", for the API description and its test.
  std::vector<std::string> list() const;

 private:
  struct Route {
    std::string method, pattern;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
};

/// Port 0 as a port that is free now, for those who must know the address before it is listened
/// on; any other address as it is. errors  invalid, as start()
Result<std::string> with_port(const std::string& listen);

struct ServerLimits {
  size_t header_bytes_max = 16 * 1024;
  size_t body_bytes_max = 1024 * 1024;
  size_t connections_max = 20'000;
  Millis head_timeout{10'000};   ///< from the first byte of a request to the end of its head
  Millis body_timeout{30'000};   ///< from the head to the end of the body: a slow sender is cut
  Millis idle_timeout{75'000};   ///< between requests on a kept connection
  Millis write_timeout{30'000};  ///< one write to a slow reader
};

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";     ///< host:port, [v6]:port; port 0 picks one
  std::string tls_cert, tls_key;             ///< PEM files; both or neither
  std::vector<std::string> trusted_proxies;  ///< CIDRs
  ServerLimits limits;
  /// The body of an answer that no handler gave: 400, 404, 405, 408, 413, 415, 417, 431, 501, 503.
  /// `path` is empty where no path was understood.
  std::function<Response(int status, std::string_view path, std::string detail)> refuse;
  /// What a body of this path may have; not set: limits.body_bytes_max for all.
  std::function<size_t(std::string_view path, std::string_view method)> body_limit;
  /// Seen after each answer: pattern (empty if none), method, status, seconds.
  std::function<void(std::string_view pattern, std::string_view method, int status, double seconds)>
      observe;
  /// Asked about every request before a route is looked for, whatever its path is; an answer turns
  /// the request away. Not set: every request goes on.
  std::function<std::optional<Response>(const Request& request)> admit;
};

class HttpServer {
 public:
  HttpServer(Loop& loop, Clock& clock, TaskGroup& tasks, Routes routes, ServerOptions options);
  ~HttpServer();

  /// Opens the listening socket and starts accepting. The result is the address as "host:port".
  /// errors  invalid: address or certificate unusable; busy: the port is taken
  Result<std::string> start();
  /// Replaces the certificate for new connections. errors  invalid: the old one stays
  Result<void> reload_tls();
  /// Stops accepting, lets requests in flight end, closes idle connections and tells streams.
  void stop();
  size_t connections() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace dw
