// Errors as answers: application/problem+json (RFC 9457), one table from kinds to status codes.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "net/http_server.h"

namespace dw {

/// invalid 422, denied 403, missing 404, conflict 409, busy 503, full 503, unreachable and unsure
/// 502.
int status_of(ErrorKind kind);

Response problem(int status, std::string_view detail);
/// With `errors: [{field, problem}]` where there are several, and Retry-After where it is known.
/// What is wrong with the query, or is no JSON, is 400; a body of another type 415 (`where` says
/// which).
Response problem(const Error& error);
/// The same under another status: a bad query parameter is 400.
Response problem(const Error& error, int status);

Response json_answer(int status, const json::value& body);

}  // namespace dw
