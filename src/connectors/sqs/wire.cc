#include "connectors/sqs/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/number.h"
#include "base/text.h"
#include "ports/queue_limits.h"

namespace dw {
namespace {

constexpr size_t entries_max = 10;
constexpr size_t message_characters_max = 300;
constexpr size_t code_characters_max = 100;  // SQS's longest has 43

/// What no second try of the same message mends. All else is mended by waiting or by a person;
/// meanwhile the delivery waits and nothing is lost.
constexpr std::array<std::string_view, 9> refusals = {
    "InvalidMessageContents",       "InvalidParameterValue",    "MissingParameter",
    "BatchRequestTooLong",          "EmptyBatchRequest",        "InvalidBatchEntryId",
    "TooManyEntriesInBatchRequest", "BatchEntryIdsNotDistinct", "InvalidAttributeValue"};

/// What a person mends, and how. Matched as the beginning of the code.
struct Advice {
  std::string_view code, words;
};
constexpr std::array<Advice, 14> advices = {{
    {"AccessDenied", "allow sqs:SendMessage and sqs:GetQueueAttributes on this queue"},
    {"QueueDoesNotExist", "check queue.url and queue.region"},
    {"InvalidAddress", "check queue.url and queue.region"},
    {"InvalidClientTokenId", "the access key is unknown or was deleted: give a new one"},
    {"UnrecognizedClient", "the access key is unknown or was deleted: give a new one"},
    {"InvalidAccessKeyId", "the access key is unknown or was deleted: give a new one"},
    {"SignatureDoesNotMatch", "check the secret access key and this machine's clock"},
    {"InvalidSignature", "check the secret access key and this machine's clock"},
    {"MissingAuthentication", "check queue.endpoint: it got a request without a signature"},
    {"RequestExpired", "check this machine's clock"},
    {"RequestTimeTooSkewed", "check this machine's clock"},
    {"ExpiredToken", "the session has ended: give new credentials"},
    {"InvalidSecurity", "the endpoint wants HTTPS"},
    {"Kms", "check the queue's KMS key and the permissions on it"},
}};

constexpr std::array<std::string_view, 6> throttles = {
    "RequestThrottled", "Throttling", "OverLimit", "SlowDown", "ServiceUnavailable", "Internal"};

const Advice* advice_for(std::string_view code) {
  const auto found = std::find_if(advices.begin(), advices.end(),
                                  [&](const Advice& one) { return code.starts_with(one.code); });
  return found == advices.end() ? nullptr : &*found;
}

bool is_refusal(std::string_view code) {
  return std::find(refusals.begin(), refusals.end(), code) != refusals.end();
}

bool is_throttle(std::string_view code) {
  return std::any_of(throttles.begin(), throttles.end(),
                     [&](std::string_view one) { return code.starts_with(one); });
}

/// "com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue" without their
/// namespaces, and SQS's older names as today's.
std::string bare(std::string code) {
  code = code.substr(code.rfind('#') + 1);
  code = code.substr(0, code.find(':'));
  code = cut_characters(code.substr(code.rfind('.') + 1), code_characters_max);
  return code == "NonExistentQueue" ? "QueueDoesNotExist" : code;
}

json::value answer_of(const JsonView& entry) {
  return json::object{{"message_id", entry["MessageId"].text().value_or("")}};
}

std::optional<size_t> place_of(const JsonView& entry, size_t count) {
  const std::string id = entry["Id"].text().value_or("");
  if (id.size() != 1 || id[0] < '0' || id[0] > '9') return std::nullopt;
  const auto place = static_cast<size_t>(id[0] - '0');
  if (place >= count) return std::nullopt;
  return place;
}

json::object encode_message(const QueueSend& send) {
  json::object out{{"MessageBody", send.body}};
  json::object attributes;
  for (const auto& [name, value] : send.attributes) {
    attributes[name] = json::object{{"DataType", "String"}, {"StringValue", value}};
  }
  if (!attributes.empty()) out["MessageAttributes"] = std::move(attributes);
  if (!send.group.empty()) out["MessageGroupId"] = send.group;
  if (!send.deduplication.empty()) out["MessageDeduplicationId"] = send.deduplication;
  return out;
}

Outcome outcome_of_entry(const JsonView& entry) {
  const std::string code = bare(entry["Code"].text().value_or("unknown"));
  const std::string words = entry["Message"].text().value_or("");
  const Advice* advice = advice_for(code);
  const std::string why =
      fmt::format("SQS: {}: {}{}{}", code, cut_characters(words, message_characters_max),
                  advice == nullptr ? "" : "; ", advice == nullptr ? "" : advice->words);
  // A missing permission is the sender's fault as well, but not the message's.
  if (advice != nullptr || is_throttle(code)) return Outcome::later(why);
  const bool is_final = is_refusal(code) || entry["SenderFault"].boolean().value_or(false);
  return is_final ? Outcome::refused(why) : Outcome::later(why);
}

/// The words of an error, whoever gave it: SQS's message, or the beginning of a proxy's page.
std::string words_of(const HttpAnswer& answer) {
  std::string words;
  if (const Result<json::value> parsed = parse_json(answer.body); parsed.ok()) {
    const JsonView view(*parsed);
    words = view["message"].text().value_or(view["Message"].text().value_or(""));
  } else if (is_utf8(answer.body)) {
    words = replace_all(trim(answer.body), "\n", " ");
  }
  return cut_characters(words, message_characters_max);
}

}  // namespace

std::vector<std::vector<size_t>> cut_into_batches(const std::vector<const QueueSend*>& messages,
                                                  size_t bytes_max) {
  std::vector<std::vector<size_t>> out;
  size_t bytes = 0;
  for (size_t i = 0; i < messages.size(); ++i) {
    const size_t more = message_bytes(*messages[i]);
    const bool has_room =
        !out.empty() && out.back().size() < entries_max && bytes + more <= bytes_max;
    if (!has_room) {
      out.emplace_back();
      bytes = 0;
    }
    bytes += more;
    out.back().push_back(i);
  }
  return out;
}

SqsRequest encode_send(const std::string& queue_url, const std::vector<const QueueSend*>& batch) {
  if (batch.size() == 1) {
    json::object message = encode_message(*batch.front());
    message["QueueUrl"] = queue_url;
    return {"SendMessage", to_text(message)};
  }
  json::array entries;
  for (const QueueSend* send : batch) {
    json::object entry = encode_message(*send);
    entry["Id"] = std::to_string(entries.size());
    entries.push_back(std::move(entry));
  }
  return {"SendMessageBatch",
          to_text(json::object{{"QueueUrl", queue_url}, {"Entries", std::move(entries)}})};
}

SqsRequest encode_ask(const std::string& queue_url) {
  const json::array names = {"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
                             "ApproximateNumberOfMessagesDelayed", "MaximumMessageSize"};
  return {"GetQueueAttributes",
          to_text(json::object{{"QueueUrl", queue_url}, {"AttributeNames", names}})};
}

std::vector<Outcome> decode_send(std::string_view body, size_t count) {
  std::vector<Outcome> outcomes(count,
                                Outcome::unsure("the SQS response does not mention this message"));
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return outcomes;
  const JsonView view(*parsed);
  if (count == 1) {
    if (view["MessageId"].text()) outcomes.front() = Outcome::done(answer_of(view));
    return outcomes;
  }
  for (const JsonView& entry : view["Successful"].elements()) {
    if (const auto place = place_of(entry, count)) {
      outcomes[*place] = Outcome::done(answer_of(entry));
    }
  }
  for (const JsonView& entry : view["Failed"].elements()) {
    if (const auto place = place_of(entry, count)) outcomes[*place] = outcome_of_entry(entry);
  }
  return outcomes;
}

std::string error_code(const HttpAnswer& answer) {
  if (const Result<json::value> parsed = parse_json(answer.body); parsed.ok()) {
    const std::string type = JsonView(*parsed)["__type"].text().value_or("");
    if (!type.empty()) return bare(type);
  }
  const std::string_view given = answer.header("x-amzn-query-error");
  return bare(std::string(given.substr(0, given.find(';'))));
}

bool is_stale_credential(const std::string& code) {
  constexpr std::array<std::string_view, 7> stale = {
      "ExpiredToken",          "InvalidClientTokenId", "UnrecognizedClient", "InvalidAccessKeyId",
      "SignatureDoesNotMatch", "InvalidSignature",     "RequestExpired"};
  return std::any_of(stale.begin(), stale.end(),
                     [&](std::string_view one) { return code.starts_with(one); });
}

Outcome outcome_of_failure(const HttpAnswer& answer, TimePoint now) {
  const std::string code = error_code(answer);
  const Advice* advice = advice_for(code);
  std::string why = fmt::format("SQS answered {}", answer.status);
  if (!code.empty()) why += " " + code;
  if (const std::string words = words_of(answer); !words.empty()) why += ": " + words;
  if (advice != nullptr) why += fmt::format("; {}", advice->words);
  const bool is_about_message =
      answer.status == 413 || (answer.status >= 400 && answer.status < 500 && is_refusal(code));
  if (is_about_message) return Outcome::refused(why);
  // A 5xx may hide a message that was taken. A second one does no harm by the promises, and
  // `later` waits longer from try to try, which a queue in trouble needs.
  return Outcome::later(why, answer.retry_after(now));
}

SqsQueueState decode_queue_state(std::string_view body) {
  SqsQueueState state;
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return state;
  const JsonView attributes = JsonView(*parsed)["Attributes"];
  const auto number = [&attributes](std::string_view name) {
    const std::string text = attributes[name].text().value_or("");
    return number_in(text).value_or(-1);
  };
  const int64_t visible = number("ApproximateNumberOfMessages");
  state.is_known = visible >= 0;
  state.depth = {std::max<int64_t>(visible, 0),
                 std::max<int64_t>(number("ApproximateNumberOfMessagesNotVisible"), 0),
                 std::max<int64_t>(number("ApproximateNumberOfMessagesDelayed"), 0)};
  state.message_bytes_max = static_cast<size_t>(std::max<int64_t>(number("MaximumMessageSize"), 0));
  return state;
}

}  // namespace dw
