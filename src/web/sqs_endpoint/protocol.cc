#include "web/sqs_endpoint/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "ports/queue_limits.h"
#include "records/queues.h"

namespace dw {
namespace {

constexpr const char* content_type = "application/x-amz-json-1.0";
constexpr size_t attributes_max = 10;
constexpr size_t name_bytes_max = 256;
constexpr size_t type_bytes_max = 256;
constexpr std::array<std::string_view, 22> queue_attributes = {
    "All",
    "Policy",
    "VisibilityTimeout",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
    "ApproximateNumberOfMessagesDelayed",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "FifoQueue",
    "ContentBasedDeduplication",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled"};
constexpr std::array<std::string_view, 9> system_attributes = {"AWSTraceHeader",
                                                               "ApproximateFirstReceiveTimestamp",
                                                               "ApproximateReceiveCount",
                                                               "DeadLetterQueueSourceArn",
                                                               "MessageDeduplicationId",
                                                               "MessageGroupId",
                                                               "SenderId",
                                                               "SentTimestamp",
                                                               "SequenceNumber"};

std::string_view text_in(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains({key.data(), key.size()});
  if (found == nullptr || !found->is_string()) return {};
  const json::string& text = found->get_string();
  return {text.data(), text.size()};
}

void append_sized(std::string& out, std::string_view bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((size >> shift) & 0xFF);
  out += bytes;
}

bool is_attribute_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= name_bytes_max &&
         std::all_of(name.begin(), name.end(), is_allowed) && !name.starts_with('.') &&
         !name.ends_with('.') && name.find("..") == std::string_view::npos &&
         !to_lower(name).starts_with("aws.") && !to_lower(name).starts_with("amazon.");
}

bool is_type(std::string_view type, std::string_view base) {
  return type == base ||
         (type.starts_with(base) && type.size() > base.size() && type[base.size()] == '.');
}

/// "42", "-1.5", "6.02e23"
bool is_number(std::string_view text) {
  static constexpr std::string_view digits = "0123456789";
  size_t at = text.find_first_not_of("+-") == 1 ? 1 : 0;
  const auto skip_digits = [&] {
    const size_t end = std::min(text.find_first_not_of(digits, at), text.size());
    const size_t count = end - at;
    at = end;
    return count;
  };
  size_t count = skip_digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    count += skip_digits();
  }
  if (count == 0) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  return skip_digits() > 0 && at == text.size();
}

SqsError bad_parameter(std::string message) {
  return {"InvalidParameterValue", std::move(message)};
}

}  // namespace

std::string legacy_code(const std::string& code) {
  if (code == "QueueDoesNotExist") return "AWS.SimpleQueueService.NonExistentQueue";
  if (code == "QueueNameExists") return "QueueAlreadyExists";
  static const std::vector<std::string> plain = {"InvalidParameterValue",
                                                 "MissingParameter",
                                                 "InvalidAction",
                                                 "MissingAction",
                                                 "MissingAuthenticationToken",
                                                 "InvalidClientTokenId",
                                                 "SignatureDoesNotMatch",
                                                 "IncompleteSignature",
                                                 "RequestExpired",
                                                 "ReceiptHandleIsInvalid",
                                                 "AccessDenied",
                                                 "InvalidAttributeName",
                                                 "InvalidAttributeValue",
                                                 "ResourceNotFoundException",
                                                 "ServiceUnavailable",
                                                 "InvalidMessageContents",
                                                 "SerializationException",
                                                 "RequestEntityTooLarge"};
  if (std::find(plain.begin(), plain.end(), code) != plain.end()) return code;
  return "AWS.SimpleQueueService." + code;
}

std::string shown_message(const SqsError& error) {
  if (has_allowed_characters(error.message)) return error.message;
  return "The request has characters that are not allowed.";
}

Response sqs_answer(const json::object& body) {
  return {.content_type = content_type,
          .body = to_text(body),
          .headers = {{"x-amzn-RequestId", random_uuid()}}};
}

Response sqs_failure(const SqsError& error) {
  const json::object body{{"__type", "com.amazonaws.sqs#" + error.code},
                          {"message", shown_message(error)}};
  return {.status = error.status,
          .content_type = content_type,
          .body = to_text(body),
          .headers = {{"x-amzn-RequestId", random_uuid()},
                      {"x-amzn-query-error",
                       legacy_code(error.code) + (error.is_receiver ? ";Receiver" : ";Sender")}}};
}

std::string md5_of_attributes(const json::value& attributes) {
  if (!attributes.is_object() || attributes.get_object().empty()) return {};
  std::map<std::string, const json::object*> sorted;
  for (const auto& member : attributes.get_object()) {
    if (member.value().is_object()) {
      sorted.emplace(std::string(member.key()), &member.value().get_object());
    }
  }
  std::string bytes;
  for (const auto& [name, attribute] : sorted) {
    const std::string_view type = text_in(*attribute, "DataType");
    append_sized(bytes, name);
    append_sized(bytes, type);
    if (type.starts_with("Binary")) {
      bytes += '\x02';
      append_sized(bytes, from_base64(text_in(*attribute, "BinaryValue")).value_or(""));
    } else {
      bytes += '\x01';
      append_sized(bytes, text_in(*attribute, "StringValue"));
    }
  }
  return md5_hex(bytes);
}

std::optional<SqsError> check_attributes(const json::value& attributes) {
  if (attributes.is_null()) return std::nullopt;
  if (!attributes.is_object()) return bad_parameter("MessageAttributes must be a map.");
  if (attributes.get_object().size() > attributes_max) {
    return bad_parameter("Number of message attributes exceeds the allowed maximum [10].");
  }
  for (const auto& member : attributes.get_object()) {
    const std::string name(member.key());
    if (!is_attribute_name(name) || !member.value().is_object()) {
      return bad_parameter(fmt::format("The message attribute name '{}' is invalid.", name));
    }
    const json::object& attribute = member.value().get_object();
    const std::string_view type = text_in(attribute, "DataType");
    const bool is_text = is_type(type, "String") || is_type(type, "Number");
    const bool is_binary = is_type(type, "Binary");
    const std::string_view value = text_in(attribute, is_binary ? "BinaryValue" : "StringValue");
    if ((!is_text && !is_binary) || type.size() > type_bytes_max) {
      return bad_parameter(fmt::format("The type of message attribute '{}' is invalid.", name));
    }
    if (value.empty() || (is_binary && !from_base64(value)) ||
        (is_text && !has_allowed_characters(value)) ||
        (is_type(type, "Number") && !is_number(value))) {
      return bad_parameter(fmt::format("The value of message attribute '{}' is invalid.", name));
    }
  }
  return std::nullopt;
}

std::optional<SqsError> check_system_attributes(const json::value& attributes) {
  if (attributes.is_null()) return std::nullopt;
  if (!attributes.is_object()) return bad_parameter("MessageSystemAttributes must be a map.");
  for (const auto& member : attributes.get_object()) {
    const std::string_view name = member.key();
    if (name != trace_header || !member.value().is_object()) {
      return bad_parameter(fmt::format("Message system attribute name '{}' is invalid.", name));
    }
    const json::object& attribute = member.value().get_object();
    const std::string_view value = text_in(attribute, "StringValue");
    if (text_in(attribute, "DataType") != "String" || value.empty() ||
        !has_allowed_characters(value)) {
      return bad_parameter(
          fmt::format("The value of message system attribute '{}' is invalid.", trace_header));
    }
  }
  return std::nullopt;
}

size_t message_size(std::string_view body, const json::value& attributes) {
  size_t bytes = body.size();
  if (!attributes.is_object()) return bytes;
  for (const auto& member : attributes.get_object()) {
    bytes += member.key().size();
    if (!member.value().is_object()) continue;
    const json::object& attribute = member.value().get_object();
    bytes += text_in(attribute, "DataType").size() + text_in(attribute, "StringValue").size() +
             from_base64(text_in(attribute, "BinaryValue")).value_or("").size();
  }
  return bytes;
}

std::optional<SqsError> check_message(const std::string& body, const json::value& attributes) {
  if (body.empty()) {
    return SqsError{"MissingParameter", "The request must contain the parameter MessageBody."};
  }
  if (auto wrong = check_attributes(attributes)) return wrong;
  if (message_size(body, attributes) > message_bytes_max) {
    return bad_parameter(fmt::format(
        "One or more parameters are invalid. Reason: Message must be shorter than {} bytes.",
        message_bytes_max));
  }
  if (!has_allowed_characters(body)) {
    return SqsError{"InvalidMessageContents",
                    "The message contains characters outside the allowed set."};
  }
  return std::nullopt;
}

bool is_queue_attribute(std::string_view name) {
  return std::find(queue_attributes.begin(), queue_attributes.end(), name) !=
         queue_attributes.end();
}

std::optional<SqsError> check_received_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const bool is_system_attribute = std::find(system_attributes.begin(), system_attributes.end(),
                                               name) != system_attributes.end();
    if (is_system_attribute || is_queue_attribute(name) || name == "*" || name == ".*") continue;
    return unknown_attribute(name);
  }
  return std::nullopt;
}

SqsError unknown_attribute(const std::string& name) {
  return {"InvalidAttributeName", fmt::format("Unknown Attribute {}.", name)};
}

std::string arn_of(const std::string& queue) {
  return "arn:aws:sqs:us-east-1:000000000000:" + queue;
}

bool is_wanted(const std::string& name, const std::vector<std::string>& filters) {
  return std::any_of(filters.begin(), filters.end(), [&](const std::string& filter) {
    if (filter == "All" || filter == "*" || filter == ".*" || filter == name) return true;
    return filter.ends_with(".*") && name.starts_with(filter.substr(0, filter.size() - 2));
  });
}

std::string handle_of(const QueueMessage& message) {
  return fmt::format("{}.{}", message.id.value, message.receipt);
}

std::string message_id_text(MessageId id) {
  return fmt::format("00000000-0000-4000-8000-{:012x}", static_cast<uint64_t>(id.value));
}

json::object shape_of_received(const QueueMessage& message,
                               const std::vector<std::string>& attribute_filters,
                               const std::vector<std::string>& system_filters, bool is_fifo) {
  const auto millis = [](TimePoint at) { return std::to_string(at.time_since_epoch().count()); };
  json::object out{{"MessageId", message_id_text(message.id)},
                   {"ReceiptHandle", handle_of(message)},
                   {"MD5OfBody", md5_hex(message.body)},
                   {"Body", message.body}};
  std::map<std::string, std::string> all = {
      {"SenderId", "deskwire"},
      {"SentTimestamp", millis(message.sent_at)},
      {"ApproximateReceiveCount", std::to_string(message.receives)},
      {"ApproximateFirstReceiveTimestamp",
       millis(message.first_received_at.value_or(message.sent_at))}};
  if (!message.group.empty()) all["MessageGroupId"] = message.group;
  if (is_fifo) {
    all["MessageDeduplicationId"] = message.deduplication;
    all["SequenceNumber"] = fmt::format("{:020}", message.id.value);
  }
  if (!message.source_queue.empty()) {
    all["DeadLetterQueueSourceArn"] = arn_of(message.source_queue);
  }
  if (message.attributes.is_object()) {
    const json::value* trace = message.attributes.get_object().if_contains(stored_trace_header);
    if (trace != nullptr && trace->is_object()) {
      all[std::string(trace_header)] = text_in(trace->get_object(), "StringValue");
    }
  }
  json::object system;
  for (const auto& [name, value] : all) {
    if (is_wanted(name, system_filters)) system[name] = value;
  }
  if (!system.empty()) out["Attributes"] = std::move(system);
  json::object attributes;
  if (message.attributes.is_object()) {
    for (const auto& member : message.attributes.get_object()) {
      const bool is_stored_by_us = member.key() == stored_trace_header;
      if (!is_stored_by_us && is_wanted(std::string(member.key()), attribute_filters)) {
        attributes[member.key()] = member.value();
      }
    }
  }
  if (!attributes.empty()) {
    out["MD5OfMessageAttributes"] = md5_of_attributes(attributes);
    out["MessageAttributes"] = std::move(attributes);
  }
  return out;
}

}  // namespace dw
