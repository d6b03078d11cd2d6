// SQS's AWS JSON 1.0 protocol, as a client: requests out, answers and errors in. Pure.
// Source: botocore's service model sqs/2012-11-05 and the SQS developer guide, read 2026-11.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "domain/delivery.h"
#include "net/http_client.h"
#include "ports/queue_gauge.h"

namespace dw {

/// One request: X-Amz-Target is "AmazonSQS." and the operation.
struct SqsRequest {
  std::string operation;  ///< "SendMessage", "SendMessageBatch", "GetQueueAttributes"
  std::string body;
};

/// The messages' places, in order, cut into requests of at most ten entries and `bytes_max` bytes
/// together: {{0, 1, 2}, {3}}. A message that is larger alone gets a request of its own.
std::vector<std::vector<size_t>> cut_into_batches(const std::vector<const QueueSend*>& messages,
                                                  size_t bytes_max);

/// One message, or a batch whose entry ids are the places: "0" to "9".
SqsRequest encode_send(const std::string& queue_url, const std::vector<const QueueSend*>& batch);
SqsRequest encode_ask(const std::string& queue_url);

/// One outcome for each of `count` messages out of a 200 answer:
/// {"MessageId":…} for one, {"Successful":[{"Id","MessageId"}],"Failed":[{"Id","SenderFault",
/// "Code","Message"}]} for more. What the answer does not name is unsure.
std::vector<Outcome> decode_send(std::string_view body, size_t count);

/// What an answer other than 200 means for the whole request. `refused` is about what is in it;
/// what a person can mend outside (permission, key, queue, endpoint) is `later` and says so.
Outcome outcome_of_failure(const HttpAnswer& answer, TimePoint now);

/// The error's name out of `__type`, else out of x-amzn-query-error: "QueueDoesNotExist"; empty if
/// the answer is no SQS error.
std::string error_code(const HttpAnswer& answer);
/// Credentials that a fresh look may mend.
bool is_stale_credential(const std::string& code);

/// What GetQueueAttributes says of a queue.
struct SqsQueueState {
  bool is_known = false;  ///< the answer could be read
  QueueDepth depth;
  size_t message_bytes_max = 0;  ///< 0: not said
};
SqsQueueState decode_queue_state(std::string_view body);

}  // namespace dw
