// GET /openapi.json: /v1 described completely (OpenAPI 3.1). The tests hold the server to it.
#pragma once
#include <vector>

#include "base/json.h"
#include "ports/live_topic.h"

namespace dw {

/// `of_jobs`: what jobs tell on the live stream, beside what it carries anyway.
json::object openapi_description(const std::vector<LiveTopic>& of_jobs);

}  // namespace dw
