#include "connectors/sqs/sqs.h"

#include <fmt/format.h>

#include "base/text.h"
#include "connectors/sqs/wire.h"
#include "net/url.h"
#include "ports/queue_limits.h"

namespace dw {
namespace {

/// The override's own order: configuration, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL; else the
/// origin of the queue's URL, which is SQS's endpoint of its region.
std::string endpoint_of(const QueueSettings& queue, const Environment& environment) {
  if (!queue.endpoint.empty()) return queue.endpoint;
  const bool is_ignored =
      equals_ignoring_case(environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or(""), "true");
  for (const char* name : {"AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"}) {
    const auto given = is_ignored ? std::nullopt : environment(name);
    if (given && !given->empty()) return *given;
  }
  const auto url = parse_url(queue.url);
  return url ? url->origin() + "/" : queue.url;
}

}  // namespace

SqsTarget::SqsTarget(HttpClient& http, Clock& clock, QueueSettings queue,
                     const Environment& environment)
    : http_(http),
      clock_(clock),
      queue_(std::move(queue)),
      name_("queue:" + queue_.name),
      label_("sqs:" + queue_.name),
      endpoint_(endpoint_of(queue_, environment)),
      credentials_(http, clock, environment) {}

Task<Result<HttpAnswer>> SqsTarget::call(std::string operation, std::string body, Millis timeout) {
  Result<AwsCredentials> credentials = co_await credentials_.get();
  if (!credentials.ok()) co_return credentials.error();
  HttpCall call{.method = "POST",
                .url = endpoint_,
                .headers = {{"Content-Type", "application/x-amz-json-1.0"},
                            {"X-Amz-Target", "AmazonSQS." + operation},
                            {"x-amzn-query-mode", "true"}},
                .body = std::move(body),
                .aws = AwsSigning{queue_.region, "sqs", credentials->key_id, credentials->secret,
                                  credentials->session_token}};
  Result<HttpAnswer> answer = co_await http_.send(std::move(call), timeout);
  if (answer.ok() && answer->status != 200 && is_expired_credential(error_code(answer->body))) {
    credentials_.forget();
  }
  co_return answer;
}

Task<std::vector<Outcome>> SqsTarget::perform(std::vector<Delivery> deliveries, Millis timeout) {
  std::vector<Outcome> outcomes(deliveries.size());
  std::vector<Delivery> batch;
  std::vector<size_t> places;
  size_t bytes = 0;
  std::vector<std::pair<std::vector<Delivery>, std::vector<size_t>>> batches;
  for (size_t i = 0; i < deliveries.size(); ++i) {
    const auto* message = std::get_if<QueueSend>(&deliveries[i].payload);
    const std::string wrong =
        message == nullptr ? "a queue takes messages only" : refusal_of_message(*message);
    if (!wrong.empty()) {
      outcomes[i] = Outcome::refused(wrong);
      continue;
    }
    // All entries of a batch together are held to the size of one message.
    const size_t more = message_bytes(*message);
    if (!batch.empty() && bytes + more > message_bytes_max) {
      batches.emplace_back(std::move(batch), std::move(places));
      batch = {};
      places = {};
      bytes = 0;
    }
    bytes += more;
    batch.push_back(std::move(deliveries[i]));
    places.push_back(i);
  }
  if (!batch.empty()) batches.emplace_back(std::move(batch), std::move(places));
  for (auto& [some, where] : batches) {
    std::vector<Outcome> sent = co_await send(std::move(some), timeout);
    for (size_t i = 0; i < where.size(); ++i) outcomes[where[i]] = std::move(sent[i]);
  }
  co_return outcomes;
}

Task<std::vector<Outcome>> SqsTarget::send(std::vector<Delivery> batch, Millis timeout) {
  const size_t count = batch.size();
  std::string body = encode_send_batch(queue_.url, batch);
  Result<HttpAnswer> answer = co_await call("SendMessageBatch", std::move(body), timeout);
  if (!answer.ok()) {
    const Error& error = answer.error();
    const bool is_unsure = error.kind == ErrorKind::unsure;
    const Outcome outcome = is_unsure ? Outcome::unsure("no answer from SQS: " + error.what)
                                      : Outcome::later("unreachable: " + error.what);
    co_return std::vector<Outcome>(count, outcome);
  }
  if (answer->status != 200) {
    co_return std::vector<Outcome>(count, outcome_of_failure(*answer, clock_.now()));
  }
  co_return decode_send_batch(answer->body, count);
}

Task<Settled> SqsTarget::settle(Delivery, Millis) {
  // SQS can't be asked for one message. A FIFO queue drops the repeat by its deduplication id for
  // five minutes; later, and in a standard queue, consumers see the same `ticket` twice.
  co_return Settled{.kind = Settled::Kind::repeatable, .why = "SQS can't be asked; sent again"};
}

Task<std::vector<Probe>> SqsTarget::probe(Millis timeout) {
  Probe probe{.name = fmt::format("queue {} (sqs)", queue_.name)};
  std::string body = to_text(
      json::object{{"QueueUrl", queue_.url},
                   {"AttributeNames", json::array{"ApproximateNumberOfMessages", "QueueArn"}}});
  Result<HttpAnswer> answer = co_await call("GetQueueAttributes", std::move(body), timeout);
  if (!answer.ok()) {
    probe.detail = answer.error().text();
  } else if (answer->status == 200) {
    probe.is_ok = true;
    std::vector<Problem> ignored;
    const Result<json::value> parsed = parse_json(answer->body);
    if (parsed.ok()) {
      const JsonView attributes = JsonView(*parsed, ignored)["Attributes"];
      probe.detail = fmt::format("{} messages",
                                 attributes["ApproximateNumberOfMessages"].text().value_or("?"));
    }
  } else {
    const std::string code = error_code(answer->body);
    const Outcome failed = outcome_of_failure(*answer, clock_.now());
    probe.detail = failed.why;
    if (code.starts_with("AccessDenied")) {
      probe.detail += "; allow sqs:GetQueueAttributes and sqs:SendMessage on this queue";
    } else if (code == "QueueDoesNotExist") {
      probe.detail += "; check queue.url and queue.region";
    }
  }
  co_return std::vector<Probe>{std::move(probe)};
}

}  // namespace dw
