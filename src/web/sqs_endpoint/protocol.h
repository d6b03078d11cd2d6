// SQS's AWS JSON 1.0 protocol, as a server: errors, checksums, message shapes. Pure.
// Source: botocore's service model sqs/2012-11-05 and the SQS API reference, read 2026-11.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "ports/store.h"
#include "records/queues.h"

namespace dw {

/// An error in SQS's own terms.
struct SqsError {
  std::string code;  ///< "QueueDoesNotExist"
  std::string message;
  int status = 400;
  bool is_receiver = false;  ///< our fault, not the caller's
};

/// An error's words, which may repeat what a caller sent: none that JSON or XML can't carry.
std::string shown_message(const SqsError& error);
/// "AWS.SimpleQueueService.NonExistentQueue": what the query protocol calls an error.
std::string legacy_code(const std::string& code);

Response sqs_answer(const json::object& body);
/// {"__type":"com.amazonaws.sqs#CODE","message":…} with x-amzn-query-error.
Response sqs_failure(const SqsError& error);

/// Hex MD5 over sorted names, types and values, as SDKs check it; empty for no attributes.
std::string md5_of_attributes(const json::value& attributes);

/// Body, and names, types and values of the attributes; binary ones as bytes.
size_t message_size(std::string_view body, const json::value& attributes);
/// Names, types, values and sizes of message attributes as SQS takes them.
std::optional<SqsError> check_attributes(const json::value& attributes);
/// The one system attribute that a sender may give: AWSTraceHeader, a String. It is stored among
/// the message's attributes under a name that no sender may use.
std::optional<SqsError> check_system_attributes(const json::value& attributes);
constexpr std::string_view trace_header = "AWSTraceHeader";
constexpr std::string_view stored_trace_header = "AWS.TraceHeader";
/// Body and attributes together: size and characters.
std::optional<SqsError> check_message(const std::string& body, const json::value& attributes);

/// Whether a filter list ("All", "*", ".*", "pre.*", "name") wants this attribute.
bool is_wanted(const std::string& name, const std::vector<std::string>& filters);

/// Whether GetQueueAttributes may ask for this: "All", or a name that SQS knows.
bool is_queue_attribute(std::string_view name);
SqsError unknown_attribute(const std::string& name);

/// What AttributeNames and MessageSystemAttributeNames of ReceiveMessage may list: what a message
/// has, patterns that want all of it, and what a queue has, which older SDKs offer there.
std::optional<SqsError> check_received_names(const std::vector<std::string>& names);

/// A received message with the attributes that were asked for.
json::object shape_of_received(const QueueMessage& message,
                               const std::vector<std::string>& attribute_filters,
                               const std::vector<std::string>& system_filters, bool is_fifo);
/// "arn:aws:sqs:us-east-1:000000000000:high": embedded queues live in no region of Amazon's.
std::string arn_of(const std::string& queue);

/// "17.9f3c…": what a receiver gives back.
std::string handle_of(const QueueMessage& message);
/// A message's number as the id that SQS shows: a UUID in form, the number in fact.
std::string message_id_text(MessageId id);

}  // namespace dw
