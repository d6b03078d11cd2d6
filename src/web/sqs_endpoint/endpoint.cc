#include "web/sqs_endpoint/endpoint.h"

#include "base/text.h"
#include "records/tokens.h"
#include "web/sqs_endpoint/sigv4.h"

namespace dw {
namespace {

constexpr std::string_view target_prefix = "AmazonSQS.";
constexpr std::string_view dead_suffix = "-dead";

}  // namespace

SqsEndpoint::SqsEndpoint(Loop& loop, Clock& clock, Store& store, SqsEndpointSettings settings)
    : clock_(clock),
      store_(store),
      settings_(std::move(settings)),
      receivers_(loop, clock),
      tokens_(store, clock) {}

void SqsEndpoint::add_to(Routes& routes) {
  // SDKs post to the endpoint, to the endpoint with a slash, or to the queue's own URL.
  for (const char* path : {"/sqs", "/sqs/", "/sqs/{}"}) {
    routes.add("POST", path, [this](Request& request) { return serve(request); });
  }
}

bool SqsEndpoint::is_asked(const Request& request) {
  return request.path == "/sqs" || request.path.starts_with("/sqs/") ||
         request.header("x-amz-target").starts_with(target_prefix);
}

Response SqsEndpoint::refusal(const Error& error) {
  return sqs_failure({"AccessDenied", error.what, 403});
}

void SqsEndpoint::queues_changed() {
  receivers_.notify();
}

void SqsEndpoint::stop() {
  is_stopping_ = true;
  receivers_.notify_all();
}

std::string SqsEndpoint::url_of(const std::string& name) const {
  return settings_.public_url + "/sqs/" + name;
}

std::optional<SqsEndpoint::Found> SqsEndpoint::find(const std::string& url_or_name) const {
  // Only the last segment names the queue: consumers reach us by more than one address.
  std::string name = url_or_name.substr(url_or_name.rfind('/') + 1);
  for (const SqsQueue& queue : settings_.queues) {
    if (queue.name == name) return Found{queue, false};
    if (queue.name + std::string(dead_suffix) == name) {
      Found dead{queue, true};
      dead.queue.name = name;
      return dead;
    }
  }
  return std::nullopt;
}

Task<std::optional<SqsError>> SqsEndpoint::admit(const Request& request) {
  if (!settings_.is_key_required) {
    if (request.is_loopback) co_return std::nullopt;
    co_return SqsError{"AccessDenied", "This endpoint serves callers on its own machine only.",
                       403};
  }
  if (!tokens_.is_fresh()) {
    const Result<void> read = co_await tokens_.refresh();
    if (!read.ok()) co_return SqsError{"ServiceUnavailable", read.error().what, 503, true};
  }
  const auto key = [this](const std::string& key_id) -> std::optional<Secret> {
    for (const Token& token : tokens_.all()) {
      const bool is_it = !token.sqs_key_id.empty() && token.sqs_key_id == key_id;
      if (is_it && !token.revoked_at) return Secret(token.sqs_secret);
    }
    return std::nullopt;
  };
  co_return check_signature(request, clock_.now(), key);
}

/// Of a request that was admitted.
std::string SqsEndpoint::name_of_caller(const Request& request) const {
  if (!settings_.is_key_required) return "loopback";
  const std::string_view signed_by = request.header("authorization");
  for (const Token& token : tokens_.all()) {
    const std::string credential = "Credential=" + token.sqs_key_id + "/";
    if (!token.sqs_key_id.empty() && signed_by.find(credential) != std::string_view::npos) {
      return "token " + token.name;
    }
  }
  return "token";
}

Task<Response> SqsEndpoint::serve(Request& request) {
  const std::optional<SqsError> refused = co_await admit(request);
  if (refused) co_return sqs_failure(*refused);
  const std::string_view target = request.header("x-amz-target");
  if (!target.starts_with(target_prefix)) {
    co_return sqs_failure({"InvalidAction",
                           "Send X-Amz-Target: AmazonSQS.OPERATION (AWS JSON "
                           "1.0); the query protocol is not spoken here."});
  }
  Result<json::value> body = parse_json(request.body.empty() ? "{}" : request.body);
  if (!body.ok() || !body->is_object()) {
    co_return sqs_failure({"SerializationException", "The body is not a JSON object."});
  }
  std::string operation(target.substr(target_prefix.size()));
  co_return co_await perform(request, std::move(operation), std::move(*body));
}

Task<Response> SqsEndpoint::perform(const Request& request, std::string operation,
                                    json::value body) {
  Call call{body, request.is_gone, name_of_caller(request), {}};
  if (operation == "ListQueues") co_return co_await list_queues(std::move(call));
  if (operation == "GetQueueUrl") co_return co_await queue_url(std::move(call));
  const std::string url = call.view()["QueueUrl"].text().value_or("");
  using Operation = Answer (SqsEndpoint::*)(Call, Found);
  static const std::map<std::string, Operation> operations = {
      {"GetQueueAttributes", &SqsEndpoint::queue_attributes},
      {"SendMessage", &SqsEndpoint::send},
      {"SendMessageBatch", &SqsEndpoint::send_batch},
      {"ReceiveMessage", &SqsEndpoint::receive},
      {"DeleteMessage", &SqsEndpoint::remove},
      {"DeleteMessageBatch", &SqsEndpoint::remove_batch},
      {"ChangeMessageVisibility", &SqsEndpoint::change_visibility},
      {"PurgeQueue", &SqsEndpoint::purge}};
  const auto found_operation = operations.find(operation);
  if (found_operation == operations.end()) {
    co_return sqs_failure({"UnsupportedOperation",
                           "Queues come from deskwire.toml; this operation is not spoken here."});
  }
  if (url.empty()) {
    co_return sqs_failure({"MissingParameter", "The request must contain the parameter QueueUrl."});
  }
  const std::optional<Found> found = find(url);
  if (!found) co_return sqs_failure({"QueueDoesNotExist", "The specified queue does not exist."});
  const Operation run = found_operation->second;
  co_return co_await (this->*run)(std::move(call), *found);
}

}  // namespace dw
