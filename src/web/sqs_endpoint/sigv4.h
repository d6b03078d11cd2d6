// AWS Signature Version 4, checked. Pure.
// Source: AWS General Reference, "Signing AWS API requests", read 2026-11.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/secret.h"
#include "net/http_server.h"
#include "web/sqs_endpoint/protocol.h"

namespace dw {

/// The secret of an access key, or nothing.
using KeyLookUp = std::function<std::optional<Secret>(const std::string& key_id)>;

/// The access key that a request names, in its header or (presigned) in its query; empty: none.
std::string key_id_of(const Request& request);

/// Nothing: the request is signed by a known key over these bytes, within 15 minutes of `now`.
std::optional<SqsError> check_signature(const Request& request, TimePoint now,
                                        const KeyLookUp& key);

}  // namespace dw
