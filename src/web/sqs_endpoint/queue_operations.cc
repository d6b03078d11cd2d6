// What the SQS operations on whole queues do: what deskwire.toml says of them, and what is done to
// all of a queue's messages.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/random.h"
#include "ports/queue_limits.h"
#include "records/audit.h"
#include "records/queues.h"
#include "web/redrive.h"
#include "web/sqs_endpoint/endpoint.h"
#include "web/sqs_endpoint/parameters.h"

namespace dw {
namespace {

constexpr int64_t page_results_max = 1000;

/// A page of addresses; a token is the place of the next one.
SqsReply page_of(const JsonView& view, const std::vector<std::string>& urls, const char* name) {
  std::optional<SqsError> wrong;
  const auto count = static_cast<size_t>(
      number_in(view["MaxResults"], page_results_max, 1, page_results_max, wrong));
  if (wrong) return *wrong;
  const std::string token = view["NextToken"].text().value_or("");
  const bool is_token =
      token.find_first_not_of("0123456789") == std::string::npos && token.size() <= 6;
  if (!is_token) return bad_value("NextToken", "Not a token of an earlier page");
  const size_t from = token.empty() ? 0 : std::stoul(token);
  json::array page;
  for (size_t i = from; i < urls.size() && page.size() < count; ++i) {
    page.push_back(json::string(urls[i]));
  }
  json::object body;
  const size_t until = from + page.size();
  // A token is given to those alone who ask for pages.
  if (until < urls.size() && view["MaxResults"].is_present()) {
    body["NextToken"] = std::to_string(until);
  }
  if (!page.empty()) body[name] = std::move(page);
  return body;
}

}  // namespace

SqsEndpoint::Answer SqsEndpoint::list_queues(Call call) {
  const std::string prefix = call.view()["QueueNamePrefix"].text().value_or("");
  std::vector<std::string> urls;
  for (const SqsQueue& queue : settings_.queues) {
    for (const std::string& name : {queue.name, queue.name + "-dead"}) {
      if (name.starts_with(prefix)) urls.push_back(url_of(name));
    }
  }
  co_return page_of(call.view(), urls, "QueueUrls");
}

SqsReply SqsEndpoint::url_reply(const std::string& name) const {
  return json::object{{"QueueUrl", url_of(name)}};
}

SqsEndpoint::Answer SqsEndpoint::queue_url(Call call) {
  const std::string name = call.view()["QueueName"].text().value_or("");
  if (name.empty()) {
    co_return SqsError{"MissingParameter", "The request must contain the parameter QueueName."};
  }
  if (name.find('/') != std::string::npos || !find(name)) {
    co_return SqsError{"QueueDoesNotExist", "The specified queue does not exist."};
  }
  co_return url_reply(name);
}

SqsEndpoint::Answer SqsEndpoint::queue_attributes(Call call, Found found) {
  const std::vector<std::string> wanted = texts_in(call.view()["AttributeNames"]);
  for (const std::string& name : wanted) {
    if (is_queue_attribute(name)) continue;
    co_return unknown_attribute(name);
  }
  QueueMetrics metrics;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(metrics, queues::metrics(db, found.queue.name, clock_.now()));
    return {};
  };
  const Result<void> read = co_await store_.read(work);
  if (!read.ok()) co_return SqsReply(store_failed(read.error()));
  std::map<std::string, std::string> all = configured_attributes(found);
  all["ApproximateNumberOfMessages"] = std::to_string(metrics.depth);
  all["ApproximateNumberOfMessagesNotVisible"] = std::to_string(metrics.in_flight);
  all["ApproximateNumberOfMessagesDelayed"] = std::to_string(metrics.delayed);
  json::object attributes;
  for (const auto& [name, value] : all) {
    if (is_wanted(name, wanted)) attributes[name] = value;
  }
  json::object body;
  if (!attributes.empty()) body["Attributes"] = std::move(attributes);
  co_return SqsReply(std::move(body));
}

/// What the configuration says of a queue, in SQS's words.
std::map<std::string, std::string> SqsEndpoint::configured_attributes(const Found& found) const {
  const auto seconds = [](Millis span) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span).count());
  };
  const bool has_retention = found.queue.retention > Millis(0);
  std::map<std::string, std::string> out = {
      {"QueueArn", arn_of(found.queue.name)},
      {"VisibilityTimeout", seconds(found.queue.visibility)},
      {"MaximumMessageSize", std::to_string(message_bytes_max)},
      {"MessageRetentionPeriod", has_retention ? seconds(found.queue.retention) : "1209600"},
      {"DelaySeconds", "0"},
      {"ReceiveMessageWaitTimeSeconds", "0"}};
  if (found.queue.is_fifo) {
    out["FifoQueue"] = "true";
    out["ContentBasedDeduplication"] = "true";
    out["DeduplicationScope"] = "queue";
    out["FifoThroughputLimit"] = "perQueue";
  }
  if (!found.is_dead) {
    out["RedrivePolicy"] =
        to_text(json::object{{"deadLetterTargetArn", arn_of(found.queue.name + "-dead")},
                             {"maxReceiveCount", found.queue.receives_max}});
  }
  return out;
}

/// Attributes that a client sets must be those that the queue has.
std::optional<SqsError> SqsEndpoint::check_attributes_agree(const Found& found,
                                                            const json::value* given) const {
  if (given == nullptr || !given->is_object()) return std::nullopt;
  const std::map<std::string, std::string> ours = configured_attributes(found);
  for (const auto& one : given->get_object()) {
    const std::string name(one.key());
    if (!is_queue_attribute(name)) {
      return unknown_attribute(name);
    }
    const auto mine = ours.find(name);
    std::string theirs = one.value().is_string() ? std::string(one.value().get_string()) : "";
    // A policy is JSON, with blanks and an order of its own.
    if (name == "RedrivePolicy" && mine != ours.end()) {
      const Result<json::value> policy = parse_json(theirs);
      if (policy.ok() && *policy == *parse_json(mine->second)) theirs = mine->second;
    }
    if (mine != ours.end() && mine->second == theirs) continue;
    return SqsError{
        "InvalidAttributeValue",
        fmt::format(
            "{} is {} for the queue {}, as deskwire.toml ([[queue]]) says; \"{}\" was asked "
            "for. Change it there and restart.",
            name, mine == ours.end() ? "not set" : "\"" + mine->second + "\"", found.queue.name,
            theirs)};
  }
  return std::nullopt;
}

SqsEndpoint::Answer SqsEndpoint::create_queue(Call call) {
  const JsonView view = call.view();
  const std::string name = view["QueueName"].text().value_or("");
  if (name.empty()) {
    co_return SqsError{"MissingParameter", "The request must contain the parameter QueueName."};
  }
  const auto found = name.find('/') == std::string::npos ? find(name) : std::nullopt;
  if (!found) {
    co_return SqsError{"UnsupportedOperation",
                       fmt::format("There is no queue \"{}\", and queues come from deskwire.toml: "
                                   "add [[queue]] with name = \"{}\" and restart.",
                                   name, name)};
  }
  if (auto wrong = check_attributes_agree(*found, view["Attributes"].raw())) {
    if (wrong->code == "InvalidAttributeValue") wrong->code = "QueueNameExists";
    co_return SqsReply(*wrong);
  }
  co_return url_reply(name);
}

SqsEndpoint::Answer SqsEndpoint::set_attributes(Call call, Found found) {
  if (const auto wrong = check_attributes_agree(found, call.view()["Attributes"].raw())) {
    co_return SqsReply(*wrong);
  }
  co_return SqsReply(json::object{});
}

SqsEndpoint::Answer SqsEndpoint::queue_tags(Call, Found) {
  co_return SqsReply(json::object{});
}

SqsEndpoint::Answer SqsEndpoint::dead_letter_sources(Call call, Found found) {
  std::vector<std::string> urls;
  if (found.is_dead) {
    urls.push_back(url_of(found.queue.name.substr(0, found.queue.name.rfind("-dead"))));
  }
  SqsReply reply = page_of(call.view(), urls, "queueUrls");
  // The member is there in any case.
  if (auto* body = std::get_if<json::object>(&reply)) body->emplace("queueUrls", json::array());
  co_return reply;
}

/// Messages go back where they came from; the answer comes when all have.
SqsEndpoint::Answer SqsEndpoint::move_messages(Call call) {
  const JsonView view = call.view();
  const std::string source = view["SourceArn"].text().value_or("");
  const std::string target = view["DestinationArn"].text().value_or("");
  const std::optional<Found> found = find(source.substr(source.rfind(':') + 1));
  if (source.empty()) {
    co_return SqsError{"MissingParameter", "The request must contain the parameter SourceArn."};
  }
  if (!found || !found->is_dead) {
    co_return SqsError{"ResourceNotFoundException",
                       "The resource that you specified for the SourceArn parameter doesn't exist "
                       "or is no dead-letter queue.",
                       404};
  }
  const std::string name = found->queue.name;
  const std::string origin = name.substr(0, name.rfind("-dead"));
  if (!target.empty() && target != arn_of(origin)) {
    co_return SqsError{"InvalidParameterValue",
                       "Messages go back to " + arn_of(origin) + ", where they came from."};
  }
  const Result<int64_t> moved = co_await redrive(store_, clock_, name, call.who);
  if (!moved.ok()) co_return SqsReply(store_failed(moved.error()));
  json::object body;
  body["TaskHandle"] = to_base64(random_uuid() + " " + name);
  co_return SqsReply(std::move(body));
}

SqsEndpoint::Answer SqsEndpoint::purge(Call call, Found found) {
  MessageId last;
  int64_t removed = 0;
  bool is_first = true;
  // What is sent from now on stays.
  auto work = [&](Db& db) -> Result<void> {
    if (is_first) {
      DW_TRY(last, queues::last(db, found.queue.name));
      // Messages are what queues are for; to empty one is somebody's decision.
      DW_CHECK(audit::add(db, {clock_.now(), call.who, "queue.purge", found.queue.name}));
      DW_CHECK(queues::forget_deduplication(db, found.queue.name));
    }
    DW_TRY(removed, queues::purge(db, found.queue.name, last, queue_rows_per_commit));
    return {};
  };
  do {
    const Result<void> written = co_await store_.write(work);
    if (!written.ok()) co_return SqsReply(store_failed(written.error()));
    is_first = false;
  } while (removed > 0);
  co_return SqsReply(json::object{});
}

}  // namespace dw
