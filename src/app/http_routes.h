// What answers over HTTP: hooks, the API, signing in, the SQS endpoint, the board, and the server
// that they share.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "app/core.h"
#include "net/http_server.h"
#include "web/access.h"
#include "web/api/api.h"
#include "web/hooks.h"
#include "web/sign_in/sign_in.h"
#include "web/sqs_endpoint/endpoint.h"

namespace dw {

struct HttpRoutesParts {
  Core& core;
  TaskGroup& tasks;
  const Scheduler& scheduler;
  LiveFeed& live;
  ConnectorStates& states;
  const QueueDepths& depths;
  std::function<void()> lanes_changed;  ///< a delivery was retried by hand
};

class HttpRoutes {
 public:
  explicit HttpRoutes(HttpRoutesParts parts);

  /// Listens; the result and the errors are HttpServer::start()'s.
  Result<std::string> start();
  /// What the first look at the board would wait for: to run once the server takes requests.
  Task<void> prepare() { return api_.learn_history(); }
  /// Takes no new request, and answers those that wait for a message.
  void stop();
  /// An embedded queue got or lost a message: who waits for one looks.
  void queues_changed() { sqs_.queues_changed(); }
  /// As HttpServer::reload_tls().
  Result<void> reload_tls() { return server_->reload_tls(); }

 private:
  Routes routes();
  ServerOptions server_options();

  Core& core_;
  TaskGroup& tasks_;
  Sessions sessions_;
  Access access_;
  SignIn sign_in_;
  Hooks hooks_;
  SqsEndpoint sqs_;
  Deadlines deadlines_;
  StoreWatch watch_;
  Operations operations_;
  Api api_;
  std::unique_ptr<HttpServer> server_;  // null until start()
};

}  // namespace dw
