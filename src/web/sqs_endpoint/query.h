// SQS's query protocol: a form in, XML out, by the members of each operation (shapes.h). Pure.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_server.h"
#include "web/sqs_endpoint/protocol.h"
#include "web/sqs_endpoint/shapes.h"

namespace dw {

using FormPairs = std::vector<std::pair<std::string, std::string>>;

/// A form as the JSON body that means the same; parameters that the operation has not are left out.
/// What should be a number and is none stays a text, for whoever checks it.
json::object body_of_form(const SqsOperation& operation, const FormPairs& form);

Response query_answer(const SqsOperation& operation, const json::object& answer);
Response query_failure(const SqsError& error);

}  // namespace dw
