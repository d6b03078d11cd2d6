#include "connectors/sqs/sqs.h"

#include <fmt/format.h>

#include <deque>

#include "base/text.h"
#include "net/url.h"
#include "ports/queue_limits.h"

namespace dw {
namespace {

/// Answers are small; a proxy's page that is not gets no further.
constexpr size_t answer_bytes_max = 256 * 1024;

/// What a call that brought no answer means.
Outcome outcome_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::unsure:
      return Outcome::unsure("no response from SQS: " + error.what);
    case ErrorKind::unreachable:
      return Outcome::later("unreachable: " + error.what);
    default:
      return Outcome::later(error.what, error.when);
  }
}

}  // namespace

std::string sqs_endpoint_of(const QueueSettings& queue, const Environment& environment) {
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

SqsTarget::SqsTarget(HttpClient& http, Clock& clock, QueueSettings queue,
                     const Environment& environment)
    : http_(http),
      clock_(clock),
      queue_(std::move(queue)),
      name_("queue:" + queue_.name),
      label_("sqs:" + queue_.name),
      endpoint_(sqs_endpoint_of(queue_, environment)),
      bytes_max_(message_bytes_max),
      credentials_(http, clock, environment) {}

Task<Result<HttpAnswer>> SqsTarget::call(SqsRequest request, Attempt attempt) {
  const Result<AwsCredentials> credentials = co_await credentials_.get();
  if (!credentials.ok()) co_return credentials.error();
  const Millis left = attempt.left(clock_);
  if (left <= Millis(0)) {
    co_return Error{ErrorKind::busy, "sqs", "the deadline passed before the request"};
  }
  HttpCall call{.method = "POST",
                .url = endpoint_,
                .headers = {{"Content-Type", "application/x-amz-json-1.0"},
                            {"X-Amz-Target", "AmazonSQS." + request.operation},
                            {"x-amzn-query-mode", "true"}},
                .body = std::move(request.body),
                .aws = AwsSigning{queue_.region, "sqs", credentials->key_id, credentials->secret,
                                  credentials->session_token},
                .answer_bytes_max = answer_bytes_max};
  Result<HttpAnswer> answer = co_await http_.send(std::move(call), left, attempt.fence);
  if (answer.ok() && answer->status != 200 && is_stale_credential(error_code(*answer))) {
    credentials_.forget(credentials->key_id);
  }
  co_return answer;
}

std::string SqsTarget::refusal_of(const Delivery& delivery) const {
  const auto* message = std::get_if<QueueSend>(&delivery.payload);
  if (message == nullptr) return "a queue accepts messages only";
  std::string wrong = refusal_of_message(*message);
  if (!wrong.empty() || message_bytes(*message) <= bytes_max_) return wrong;
  return fmt::format("the message has {} bytes with its attributes; the limit of this queue is {}",
                     message_bytes(*message), bytes_max_);
}

Task<std::vector<Outcome>> SqsTarget::perform(std::vector<Delivery> deliveries, Attempt attempt) {
  std::vector<Outcome> outcomes(deliveries.size());
  std::vector<const QueueSend*> messages;
  std::vector<size_t> owners;  // whose message it is
  for (size_t i = 0; i < deliveries.size(); ++i) {
    if (std::string wrong = refusal_of(deliveries[i]); !wrong.empty()) {
      outcomes[i] = Outcome::refused(std::move(wrong));
      continue;
    }
    messages.push_back(std::get_if<QueueSend>(&deliveries[i].payload));
    owners.push_back(i);
  }
  auto cut = cut_into_batches(messages, bytes_max_);
  std::deque<std::vector<size_t>> waiting(cut.begin(), cut.end());
  while (!waiting.empty()) {
    const std::vector<size_t> places = std::move(waiting.front());
    waiting.pop_front();
    std::vector<const QueueSend*> batch;
    for (const size_t place : places) batch.push_back(messages[place]);
    Sent sent = co_await send(std::move(batch), attempt);
    if (sent.is_refused_whole && places.size() > 1) {
      const auto middle = places.begin() + static_cast<std::ptrdiff_t>(places.size() / 2);
      waiting.emplace_front(middle, places.end());
      waiting.emplace_front(places.begin(), middle);
      continue;
    }
    for (size_t i = 0; i < places.size(); ++i) {
      outcomes[owners[places[i]]] = std::move(sent.outcomes[i]);
    }
  }
  co_return outcomes;
}

Task<SqsTarget::Sent> SqsTarget::send(std::vector<const QueueSend*> batch, Attempt attempt) {
  const size_t count = batch.size();
  SqsRequest request = encode_send(queue_.url, batch);
  const Result<HttpAnswer> answer = co_await call(std::move(request), attempt);
  if (!answer.ok()) co_return Sent{std::vector<Outcome>(count, outcome_of(answer.error()))};
  if (answer->status == 200) co_return Sent{decode_send(answer->body, count)};
  const Outcome failed = outcome_of_failure(*answer, clock_.now());
  const bool is_refused = failed.kind == Outcome::Kind::refused;
  co_return Sent{std::vector<Outcome>(count, failed), is_refused};
}

Task<Settled> SqsTarget::settle(Delivery, Attempt) {
  std::string why = queue_.is_fifo()
                        ? "sent again: SQS drops the repeat by its deduplication id for 5 minutes"
                        : "sent again: SQS cannot be queried; consumers see the same ticket";
  co_return Settled{.kind = Settled::Kind::repeatable, .why = std::move(why)};
}

Task<std::vector<Probe>> SqsTarget::probe(Millis timeout) {
  Probe probe{.name = fmt::format("queue {} (sqs)", queue_.name)};
  SqsRequest request = encode_ask(queue_.url);
  const Attempt attempt(clock_.monotonic() + timeout);
  const Result<HttpAnswer> answer = co_await call(std::move(request), attempt);
  if (!answer.ok()) {
    probe.detail = answer.error().text();
  } else if (answer->status != 200) {
    probe.detail = outcome_of_failure(*answer, clock_.now()).why;
  } else {
    const SqsQueueState state = decode_queue_state(answer->body);
    probe.is_ok = true;
    probe.detail =
        state.is_known ? counted(state.depth.visible, "message", "messages") : "it answers";
    if (state.message_bytes_max > 0) {
      bytes_max_ = std::min(message_bytes_max, state.message_bytes_max);
      if (bytes_max_ < message_bytes_max) {
        probe.detail += fmt::format(", at most {} bytes each", bytes_max_);
      }
    }
  }
  co_return std::vector<Probe>{std::move(probe)};
}

Task<Result<QueueDepth>> SqsTarget::measure(Millis timeout) {
  SqsRequest request = encode_ask(queue_.url);
  const Attempt attempt(clock_.monotonic() + timeout);
  const Result<HttpAnswer> answer = co_await call(std::move(request), attempt);
  if (!answer.ok()) co_return answer.error();
  const SqsQueueState state = decode_queue_state(answer->body);
  if (answer->status == 200 && state.is_known) co_return state.depth;
  co_return Error{ErrorKind::denied, label_, outcome_of_failure(*answer, clock_.now()).why};
}

}  // namespace dw
