#include "web/deadlines.h"

#include <fmt/format.h>

#include "base/log.h"
#include "net/async_event.h"
#include "web/problem.h"
#include "web/sqs_endpoint/protocol.h"

namespace dw {
namespace {

constexpr Millis come_again{5000};

/// What answers without the store, and must say so when it is silent.
bool is_free(std::string_view pattern) {
  return pattern == "/healthz" || pattern == "/readyz";
}

bool is_sqs(const Request& request) {
  return request.path == "/sqs" || request.path.starts_with("/sqs/");
}

bool is_receive(const Request& request) {
  return request.header("x-amz-target").ends_with(".ReceiveMessage") ||
         request.body.find("Action=ReceiveMessage") != std::string_view::npos;
}

bool asks_others(std::string_view path) {
  const bool is_report = path == "/v1/notices/preview" || path == "/v1/notices/plan" ||
                         (path.starts_with("/v1/notices/runs/") && path.ends_with("/apply"));
  return is_report || path.starts_with("/oidc/") || path.starts_with("/oauth/");
}

bool is_reading(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

/// In the shape in which this path answers errors.
Response refuse(const Request& request, std::string what) {
  if (is_sqs(request)) return sqs_failure({"ServiceUnavailable", std::move(what), 503, true});
  Error error{ErrorKind::full, "", std::move(what)};
  error.when = come_again;
  return problem(error);
}

}  // namespace

/// A request and its answer: shared by the handler's task and the one that waits for it, whichever
/// ends first.
struct Deadlines::Pending {
  Pending(Loop& loop, Clock& clock, const Request& from) : request(from), ended(loop, clock) {
    // Every view into the connection's buffer becomes one into `text`.
    size_t bytes = from.method.size() + from.path.size() + from.query.size() + from.body.size() +
                   from.host.size();
    for (const auto& [name, value] : from.headers) bytes += name.size() + value.size();
    text.reserve(bytes);  // views into it stay good
    const auto copy = [this](std::string_view part) -> std::string_view {
      const size_t at = text.size();
      text += part;
      return std::string_view(text).substr(at);
    };
    request.method = copy(from.method);
    request.path = copy(from.path);
    request.query = copy(from.query);
    request.body = copy(from.body);
    request.host = copy(from.host);
    for (auto& [name, value] : request.headers) {
      name = copy(name);
      value = copy(value);
    }
    // The connection may be somebody else's once its caller has gone.
    request.is_gone = [this, ask = from.is_gone] { return !is_waited_for || (ask && ask()); };
  }

  std::string text;
  Request request;
  Response response;
  AsyncEvent ended;
  bool is_done = false;
  bool is_waited_for = true;
  bool is_given_up = false;  ///< its caller has been told to come again
};

Deadlines::Deadlines(Loop& loop, Clock& clock, TaskGroup& tasks, const Store& store,
                     DeadlineLimits limits)
    : loop_(loop), clock_(clock), tasks_(tasks), store_(store), limits_(limits) {}

void Deadlines::guard(Routes& routes) {
  routes.wrap([this](std::string_view pattern, Handler handler) -> Handler {
    if (is_free(pattern)) return handler;
    // Shared with the tasks that run it: they may outlive the server.
    auto shared = std::make_shared<const Handler>(std::move(handler));
    return [this, shared](Request& request) { return answer(shared, request); };
  });
}

Millis Deadlines::limit_of(const Request& request) const {
  if (asks_others(request.path)) return limits_.report;
  const bool may_wait = is_sqs(request) && is_receive(request);
  return may_wait ? limits_.answer + limits_.long_poll : limits_.answer;
}

Response Deadlines::too_late(const Request& request, Millis limit) const {
  const StoreHealth health = store_.health();
  std::string what =
      fmt::format("no answer within {} s", std::chrono::floor<std::chrono::seconds>(limit).count());
  if (!health.is_ok) what += fmt::format(" (store: {})", health.detail);
  if (is_reading(request.method)) return refuse(request, what + "; try again");
  return refuse(request, what +
                             "; it is unknown whether this was written: send it again with the "
                             "same Idempotency-Key, or look first");
}

Task<Response> Deadlines::answer(SharedHandler handler, Request& request) {
  if (given_up_ >= limits_.given_up_max) {
    co_return refuse(request, "too many requests wait for the store already; nothing was written");
  }
  const auto pending = std::make_shared<Pending>(loop_, clock_, request);  // shared: see there
  tasks_.run("request", run(pending, std::move(handler)));
  struct Leave {
    Pending& pending;
    ~Leave() { pending.is_waited_for = false; }
  } const leave{*pending};
  const Millis limit = limit_of(request);
  const Monotonic until = clock_.monotonic() + limit;
  while (!pending->is_done && clock_.monotonic() < until) co_await pending->ended.wait(until);
  if (pending->is_done) co_return std::move(pending->response);
  pending->is_given_up = true;
  ++given_up_;
  log_warn("http", "no answer in time: answered 503; the request is still running",
           {{"method", std::string(request.method)}, {"path", std::string(request.path)}});
  co_return too_late(request, limit);
}

Task<void> Deadlines::run(SharedPending pending, SharedHandler handler) {
  pending->response = co_await (*handler)(pending->request);
  pending->is_done = true;
  if (pending->is_given_up) --given_up_;
  pending->ended.notify();
}

}  // namespace dw
