// GET /openapi.json: /v1 described completely (OpenAPI 3.1). The tests hold the server to it.
#pragma once
#include "base/json.h"

namespace dw {

json::object openapi_description();

}  // namespace dw
