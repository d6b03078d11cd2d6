// SQS's AWS JSON 1.0 protocol, as a client: requests out, answers and errors in. Pure.
// Source: botocore's service model sqs/2012-11-05 and the SQS developer guide, read 2026-11.
#pragma once
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "net/http_client.h"

namespace dw {

/// The delivery's place in the batch is its entry id: "0" to "9".
std::string encode_send_batch(const std::string& queue_url, const std::vector<Delivery>& batch);

/// One outcome for each of `count` entries out of a 200 answer: {"Successful":[…],"Failed":[…]}.
/// An entry that is in neither list is unsure.
std::vector<Outcome> decode_send_batch(std::string_view body, size_t count);

/// What an answer other than 200 means for the whole request.
Outcome outcome_of_failure(const HttpAnswer& answer, TimePoint now);
/// The suffix of `__type`: "QueueDoesNotExist"; empty if the body is no SQS error.
std::string error_code(std::string_view body);
/// Credentials that a fresh look may mend.
bool is_expired_credential(const std::string& code);

}  // namespace dw
