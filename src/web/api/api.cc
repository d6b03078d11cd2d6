#include "web/api/api.h"

#include "web/problem.h"

namespace dw {

Api::Api(ApiParts parts) : parts_(std::move(parts)) {
  add_own("getNow", &Api::now);
  add_own("getStatus", &Api::status);
  add_own("listQueueDepths", &Api::queue_depths);
  add_own("followChanges", &Api::live);
  declare_metrics();
}

void Api::add_own(std::string_view id, Method method) {
  parts_.operations.add(id, [this, method](Call& call) { return (this->*method)(call); });
}

void Api::add_to(Routes& routes) {
  for (const Operation& one : operations()) {
    if (one.is_local || parts_.operations.find(one.id) == nullptr) continue;
    routes.add(one.method, pattern_of(one),
               [this, &one](Request& request) { return serve(one, request); });
  }
  const auto add = [&](const char* path, Task<Response> (Api::*handler)(Request&)) {
    routes.add("GET", path,
               [this, handler](Request& request) { return (this->*handler)(request); });
  };
  add("/healthz", &Api::healthz);
  // The older bot's path, which its monitors ask.
  add("/healthcheck/", &Api::healthz);
  add("/readyz", &Api::readyz);
  add("/metrics", &Api::metrics_text);
}

Task<Response> Api::serve(const Operation& operation, Request& request) {
  const Result<void> checked = check_parameters(unstorable_parameters(request));
  if (!checked.ok()) co_return problem(checked.error());
  Call call{operation, request, {}};
  if (operation.role) {
    Result<Caller> caller = co_await parts_.access.admit(request, *operation.role);
    if (!caller.ok()) co_return refusal(caller.error());
    call.caller = std::move(*caller);
  }
  if (operation.is_idempotent) {
    const Result<void> key = check_idempotency_key(request.header("idempotency-key"));
    if (!key.ok()) co_return problem(key.error());
  }
  const Operations::Handler& handler = *parts_.operations.find(operation.id);
  ApiAnswer answer = co_await handler(call);
  co_return response_of(std::move(answer), operation);
}

Response response_of(ApiAnswer answer, const Operation& operation) {
  Response response;
  if (answer.error) {
    response = answer.status == 0 ? problem(*answer.error) : problem(*answer.error, answer.status);
  } else if (answer.stream) {
    response = {.status = operation.status,
                .content_type = "text/event-stream",
                .body = {},
                .headers = {},
                .stream = std::move(answer.stream)};
  } else if (operation.answer) {
    response = json_answer(operation.status, answer.body);
  } else {
    response = {
        .status = operation.status, .content_type = {}, .body = {}, .headers = {}, .stream = {}};
  }
  for (auto& header : answer.headers) response.headers.push_back(std::move(header));
  return response;
}

}  // namespace dw
