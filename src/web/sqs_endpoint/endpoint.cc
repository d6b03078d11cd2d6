#include "web/sqs_endpoint/endpoint.h"

#include "base/text.h"
#include "net/url.h"
#include "records/tokens.h"
#include "web/sqs_endpoint/query.h"
#include "web/sqs_endpoint/sigv4.h"

namespace dw {
namespace {

constexpr std::string_view target_prefix = "AmazonSQS.";
constexpr std::string_view dead_suffix = "-dead";
/// Hidden and delayed messages become visible without a commit, and a caller who hangs up says
/// nothing: while somebody waits, both are looked for this often.
constexpr Millis look_again{1000};

SqsError unknown_operation(const std::string& name) {
  return {"UnsupportedOperation",
          name + " is not supported here: queues come from deskwire.toml ([[queue]])."};
}

}  // namespace

SqsEndpoint::SqsEndpoint(Loop& loop, Clock& clock, TaskGroup& tasks, Store& store, Metrics& metrics,
                         SqsEndpointSettings settings)
    : clock_(clock),
      tasks_(tasks),
      store_(store),
      metrics_(metrics),
      settings_(std::move(settings)),
      receivers_(loop, clock),
      pause_(loop, clock),
      tokens_(store, clock) {
  metrics_.declare_counter("deskwire_queue_sent_total",
                           "Messages that clients of /sqs sent to an embedded queue, by queue");
  metrics_.declare_counter("deskwire_queue_received_total",
                           "Messages that an embedded queue gave to a consumer, by queue");
  metrics_.declare_counter("deskwire_queue_deleted_total",
                           "Messages that a consumer deleted from an embedded queue, by queue");
}

void SqsEndpoint::count(const char* metric, const Found& found, size_t messages) {
  if (messages == 0) return;
  metrics_.add(metric, {{"queue", found.queue.name}}, static_cast<double>(messages));
}

void SqsEndpoint::add_to(Routes& routes) {
  // SDKs send to the endpoint, to the endpoint with a slash, to the queue's own URL, to a URL that
  // they build as Amazon's are built; some keep no more than host and port.
  for (const char* path : {"/sqs", "/sqs/", "/sqs/{}", "/000000000000/{}"}) {
    for (const char* method : {"POST", "GET"}) {
      routes.add(method, path, [this](Request& request) { return serve(request); });
    }
  }
  routes.add("POST", "/", [this](Request& request) { return serve(request); });
}

bool SqsEndpoint::is_path(std::string_view path) {
  return path == "/sqs" || path.starts_with("/sqs/") || path.starts_with("/000000000000/");
}

bool SqsEndpoint::is_asked(const Request& request) {
  return is_path(request.path) || request.header("x-amz-target").starts_with(target_prefix) ||
         (request.method == "POST" && request.path == "/");
}

Response SqsEndpoint::refusal(const Error& error) {
  return sqs_failure({"AccessDenied", error.what, 403});
}

Response SqsEndpoint::refusal(int status, const std::string& detail) {
  const bool is_ours = status >= 500;
  const std::string code = status == 413 ? "RequestEntityTooLarge"
                           : is_ours     ? "ServiceUnavailable"
                                         : "InvalidParameterValue";
  return sqs_failure({code, detail, status, is_ours});
}

void SqsEndpoint::queues_changed() {
  has_changed_ = true;
  receivers_.note_change();
  if (is_looking_ || receivers_.queues().empty()) return;
  is_looking_ = true;
  tasks_.run("waiting receives", wake_those_with_messages());
}

/// A notice does not say of which queue it is, and most are of messages that were received or
/// deleted. One read for all the queues at which somebody waits costs less than a write for each.
Task<void> SqsEndpoint::wake_those_with_messages() {
  while (std::exchange(has_changed_, false) && !is_stopping_) {
    const std::vector<std::string> waited_for = receivers_.queues();
    std::vector<std::string> ready;
    auto work = [&](ReadDb& db) -> Result<void> {
      ready.clear();
      for (const std::string& queue : waited_for) {
        DW_TRY(const bool has_some, queues::has_visible(db, queue, clock_.now()));
        if (has_some) ready.push_back(queue);
      }
      return {};
    };
    const Result<void> looked = co_await store_.look(work);
    for (const std::string& queue : looked.ok() ? ready : waited_for) receivers_.notify(queue);
  }
  is_looking_ = false;
}

void SqsEndpoint::look_again_while_somebody_waits() {
  if (is_looking_again_ || is_stopping_) return;
  is_looking_again_ = true;
  tasks_.run("waiting receives, each second", look_again_until_nobody_waits());
}

Task<void> SqsEndpoint::look_again_until_nobody_waits() {
  while (receivers_.size() > 0 && !is_stopping_) {
    co_await pause_.wait(clock_.monotonic() + look_again);
    receivers_.notify_gone();
    if (!is_stopping_) queues_changed();
  }
  is_looking_again_ = false;
}

void SqsEndpoint::stop() {
  is_stopping_ = true;
  pause_.notify();
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
  const std::string key_id = key_id_of(request);
  for (const Token& token : tokens_.all()) {
    if (!token.sqs_key_id.empty() && token.sqs_key_id == key_id) return "token " + token.name;
  }
  return "token";
}

Task<Response> SqsEndpoint::serve(Request& request) {
  if (request.header("x-amz-target").starts_with(target_prefix)) {
    co_return co_await serve_json(request);
  }
  co_return co_await serve_query(request);
}

Task<Response> SqsEndpoint::serve_json(Request& request) {
  if (const auto refused = co_await admit(request)) co_return sqs_failure(*refused);
  Result<json::value> body = parse_json(request.body.empty() ? "{}" : request.body);
  if (!body.ok() || !body->is_object()) {
    co_return sqs_failure({"SerializationException", "The body is not a JSON object."});
  }
  std::string operation(request.header("x-amz-target").substr(target_prefix.size()));
  const SqsReply reply = co_await perform(request, std::move(operation), std::move(*body));
  const auto* wrong = std::get_if<SqsError>(&reply);
  co_return wrong != nullptr ? sqs_failure(*wrong) : sqs_answer(std::get<json::object>(reply));
}

Task<Response> SqsEndpoint::serve_query(Request& request) {
  if (const auto refused = co_await admit(request)) co_return query_failure(*refused);
  FormPairs form = decode_form(request.query);
  for (auto& pair : decode_form(request.body)) form.push_back(std::move(pair));
  std::string action;
  bool has_url = false;
  for (const auto& [name, value] : form) {
    if (name == "Action") action = value;
    if (name == "QueueUrl") has_url = true;
  }
  if (action.empty()) {
    co_return query_failure({"MissingAction",
                             "Send Action=OPERATION as a form (the query protocol), or the header "
                             "X-Amz-Target: AmazonSQS.OPERATION (AWS JSON 1.0)."});
  }
  const SqsOperation* operation = find_sqs_operation(action);
  if (operation == nullptr) co_return query_failure(unknown_operation(action));
  // The queue's own address names it as well as the parameter does.
  const bool is_at_queue = request.path.find('/', 1) != std::string_view::npos;
  if (!has_url && is_at_queue) form.emplace_back("QueueUrl", request.path);
  json::value body = body_of_form(*operation, form);
  const SqsReply reply = co_await perform(request, std::move(action), std::move(body));
  const auto* wrong = std::get_if<SqsError>(&reply);
  co_return wrong != nullptr ? query_failure(*wrong)
                             : query_answer(*operation, std::get<json::object>(reply));
}

SqsEndpoint::Answer SqsEndpoint::perform(const Request& request, std::string operation,
                                         json::value body) {
  Call call{body, request.is_gone, name_of_caller(request), {}};
  if (operation == "ListQueues") co_return co_await list_queues(std::move(call));
  if (operation == "GetQueueUrl") co_return co_await queue_url(std::move(call));
  if (operation == "CreateQueue") co_return co_await create_queue(std::move(call));
  if (operation == "StartMessageMoveTask") co_return co_await move_messages(std::move(call));
  co_return co_await perform_on_queue(std::move(call), std::move(operation));
}

SqsEndpoint::Answer SqsEndpoint::perform_on_queue(Call call, std::string operation) {
  using Operation = Answer (SqsEndpoint::*)(Call, Found);
  static const std::map<std::string, Operation> operations = {
      {"ChangeMessageVisibility", &SqsEndpoint::change_visibility},
      {"ChangeMessageVisibilityBatch", &SqsEndpoint::change_visibility_batch},
      {"DeleteMessage", &SqsEndpoint::remove},
      {"DeleteMessageBatch", &SqsEndpoint::remove_batch},
      {"GetQueueAttributes", &SqsEndpoint::queue_attributes},
      {"ListDeadLetterSourceQueues", &SqsEndpoint::dead_letter_sources},
      {"ListQueueTags", &SqsEndpoint::queue_tags},
      {"PurgeQueue", &SqsEndpoint::purge},
      {"ReceiveMessage", &SqsEndpoint::receive},
      {"SendMessage", &SqsEndpoint::send},
      {"SendMessageBatch", &SqsEndpoint::send_batch},
      {"SetQueueAttributes", &SqsEndpoint::set_attributes}};
  const auto found_operation = operations.find(operation);
  if (found_operation == operations.end()) co_return unknown_operation(operation);
  const std::string url = call.view()["QueueUrl"].text().value_or("");
  if (url.empty()) {
    co_return SqsError{"MissingParameter", "The request must contain the parameter QueueUrl."};
  }
  const std::optional<Found> found = find(url);
  if (!found) co_return SqsError{"QueueDoesNotExist", "The specified queue does not exist."};
  const Operation run = found_operation->second;
  co_return co_await (this->*run)(std::move(call), *found);
}

}  // namespace dw
