// The operations of the API, each once: method, path, role, what it takes and what it answers.
// Routes and role checks (web/api/api), /openapi.json and the board's types follow from this
// table; the shapes are those that write the JSON (base/shape.h).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/shape.h"
#include "ports/live_topic.h"
#include "web/access.h"

namespace dw {

constexpr size_t idempotency_key_bytes_max = 255;

struct Operation {
  std::string method;  ///< "GET"
  std::string path;    ///< "/v1/tickets/{id}"
  std::string id;      ///< "getTicket": OpenAPI's operationId, and what handlers are known by
  std::string summary;
  std::optional<Role> role = Role::viewer;  ///< absent: anybody may
  int status = 200;
  std::optional<JsonType> answer{};  ///< absent: nothing, or a stream
  std::optional<JsonType> body{};    ///< of the request; absent: it has none
  std::vector<std::string> query{};
  bool is_idempotent = false;  ///< takes Idempotency-Key
  bool is_stream = false;      ///< server-sent events: stream_events()
  bool is_local = false;       ///< for the command line alone: not served, not described
};

const std::vector<Operation>& operations();
/// Only for an id that is in the table.
const Operation& operation(std::string_view id);
/// "/v1/tickets/{}", as Routes takes it.
std::string pattern_of(const Operation& operation);

/// What each event of the live stream carries, by its name.
using StreamEvents = std::vector<std::pair<std::string, JsonType>>;
StreamEvents stream_events(const std::vector<LiveTopic>& of_jobs);

}  // namespace dw
