#include "connectors/sqs/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace dw {
namespace {

constexpr size_t message_characters_max = 300;

/// What no second try of the same message mends. Everything else is mended by waiting or by a
/// person who mends the configuration; meanwhile the delivery waits and nothing is lost.
constexpr std::array<std::string_view, 6> refusals = {
    "InvalidMessageContents", "BatchRequestTooLong",  "InvalidParameterValue",
    "MissingParameter",       "UnsupportedOperation", "InvalidBatchEntryId"};

bool is_refusal(std::string_view code) {
  return std::find(refusals.begin(), refusals.end(), code) != refusals.end();
}

std::string bare(std::string code) {
  const size_t hash = code.rfind('#');
  if (hash != std::string::npos) code = code.substr(hash + 1);
  code = code.substr(0, code.find(':'));
  const size_t dot = code.rfind('.');
  return dot == std::string::npos ? code : code.substr(dot + 1);
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

}  // namespace

std::string encode_send_batch(const std::string& queue_url, const std::vector<Delivery>& batch) {
  json::array entries;
  for (const Delivery& delivery : batch) {
    const auto& send = std::get<QueueSend>(delivery.payload);
    json::object attributes;
    for (const auto& [name, value] : send.attributes) {
      attributes[name] = json::object{{"DataType", "String"}, {"StringValue", value}};
    }
    json::object entry{{"Id", std::to_string(entries.size())},
                       {"MessageBody", send.body},
                       {"MessageAttributes", std::move(attributes)}};
    if (!send.group.empty()) entry["MessageGroupId"] = send.group;
    if (!send.deduplication.empty()) entry["MessageDeduplicationId"] = send.deduplication;
    entries.push_back(std::move(entry));
  }
  return to_text(json::object{{"QueueUrl", queue_url}, {"Entries", std::move(entries)}});
}

std::vector<Outcome> decode_send_batch(std::string_view body, size_t count) {
  std::vector<Outcome> outcomes(
      count, Outcome::unsure("SQS answered without saying what became of this message"));
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return outcomes;
  std::vector<Problem> ignored;
  const JsonView view(*parsed, ignored);
  for (const JsonView& entry : view["Successful"].elements()) {
    if (const auto place = place_of(entry, count)) {
      outcomes[*place] = Outcome::done(answer_of(entry));
    }
  }
  for (const JsonView& entry : view["Failed"].elements()) {
    const auto place = place_of(entry, count);
    if (!place) continue;
    const std::string code = bare(entry["Code"].text().value_or("unknown"));
    const std::string why =
        fmt::format("SQS: {}: {}", code,
                    cut_characters(entry["Message"].text().value_or(""), message_characters_max));
    const bool is_final = is_refusal(code) || entry["SenderFault"].boolean().value_or(false);
    outcomes[*place] = is_final ? Outcome::refused(why) : Outcome::later(why);
  }
  return outcomes;
}

std::string error_code(std::string_view body) {
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return {};
  std::vector<Problem> ignored;
  return bare(JsonView(*parsed, ignored)["__type"].text().value_or(""));
}

bool is_expired_credential(const std::string& code) {
  return code.starts_with("ExpiredToken") || code == "InvalidClientTokenId" ||
         code == "UnrecognizedClientException" || code == "RequestExpired";
}

Outcome outcome_of_failure(const HttpAnswer& answer, TimePoint now) {
  const std::string code = error_code(answer.body);
  std::string words;
  if (const Result<json::value> parsed = parse_json(answer.body); parsed.ok()) {
    std::vector<Problem> ignored;
    const JsonView view(*parsed, ignored);
    words = view["message"].text().value_or(view["Message"].text().value_or(""));
  }
  const std::string why =
      fmt::format("SQS answered {}{}{}: {}", answer.status, code.empty() ? "" : " ", code,
                  cut_characters(words, message_characters_max));
  const bool is_final = answer.status >= 400 && answer.status < 500 && is_refusal(code);
  if (is_final) return Outcome::refused(why);
  // A proxy in front of SQS may have lost the answer to a request that went through.
  if (answer.status == 502 || answer.status == 504) return Outcome::unsure(why);
  return Outcome::later(why, answer.retry_after(now));
}

}  // namespace dw
