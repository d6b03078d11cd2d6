#include "web/api/operations.h"

#include "base/number.h"
#include "base/storable.h"
#include "base/text.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr size_t field_characters_max = 50;

}  // namespace

int64_t Call::number() const {
  return number_of(name()).value_or(0);
}

Result<json::value> Call::body() const {
  const std::string_view type = request.header("content-type");
  const std::string_view media = trim(type.substr(0, type.find(';')));
  if (!equals_ignoring_case(media, "application/json")) {
    return Error{ErrorKind::invalid, "415", "send JSON, with Content-Type: application/json"};
  }
  Result<json::value> parsed = parse_json(request.body);
  if (!parsed.ok()) parsed.error().where = "json";
  if (!parsed.ok()) return parsed;
  if (!parsed->is_object()) return Error{ErrorKind::invalid, "json", "must be a JSON object"};
  std::vector<Problem> problems;
  find_unstorable(*parsed, problems);
  if (problems.empty()) return parsed;
  return Error{.kind = ErrorKind::invalid,
               .where = "body",
               .what = "a text cannot be stored exactly as it is",
               .problems = std::move(problems)};
}

Operations::Operations(OperationsParts parts) : parts_(std::move(parts)) {
  add_tickets();
  add_incidents();
  add_queues();
  add_deliveries();
  add_tally();
  add_notices();
  add_volume();
  add_own("listAudit", &Operations::audit);
  add_tokens();
  add_users();
  add_stories();
}

void Operations::add(std::string_view id, Handler handler) {
  handlers_[operation(id).id] = std::move(handler);
}

void Operations::add_own(std::string_view id, Method method) {
  add(id, [this, method](Call& call) { return (this->*method)(call); });
}

const Operations::Handler* Operations::find(std::string_view id) const {
  const auto found = handlers_.find(id);
  return found == handlers_.end() ? nullptr : &found->second;
}

Result<void> check_parameters(std::vector<Problem> problems) {
  if (problems.empty()) return {};
  return Error{.kind = ErrorKind::invalid,
               .where = "query",
               .what = "the query can't be answered",
               .problems = std::move(problems)};
}

Result<void> check_idempotency_key(std::string_view key) {
  if (key.size() > idempotency_key_bytes_max) {
    return Error{ErrorKind::invalid, "query", "Idempotency-Key is longer than 255 bytes"};
  }
  const std::string_view reason = unstorable_reason(key);
  if (reason.empty()) return {};
  return check_parameters({{"Idempotency-Key", std::string(reason)}});
}

std::vector<Problem> unstorable_parameters(const Request& request) {
  std::vector<Problem> problems;
  for (const std::string& one : request.path_parameters) {
    const std::string_view reason = unstorable_reason(one);
    if (!reason.empty()) problems.push_back({"path", std::string(reason)});
  }
  for (const std::string_view pair : split(request.query, '&')) {
    const size_t equals = std::min(pair.find('='), pair.size());
    const auto name = decode_url_part(pair.substr(0, equals), true);
    const auto value = decode_url_part(pair.substr(std::min(equals + 1, pair.size())), true);
    const std::string field = cut_characters(
        storable(name.value_or(std::string(pair.substr(0, equals)))), field_characters_max);
    if (!name || !value) {
      problems.push_back({field, "has a NUL character, or a % without two hexadecimal digits"});
      continue;
    }
    std::string_view reason = unstorable_reason(*name);
    if (reason.empty()) reason = unstorable_reason(*value);
    if (!reason.empty()) problems.push_back({field, std::string(reason)});
  }
  return problems;
}

PageRequest page_parameters(const Request& request, std::vector<Problem>& problems) {
  constexpr int64_t limit_max = 500;
  PageRequest page;
  page.cursor = request.parameter("cursor").value_or("");
  if (const auto limit = request.parameter("limit")) {
    const auto number = number_of(*limit);
    if (number && *number <= limit_max) {
      page.limit = static_cast<size_t>(*number);
    } else {
      problems.push_back({"limit", "must be a number from 1 to 500"});
    }
  }
  return page;
}

std::optional<TimePoint> time_parameter(const Request& request, std::string_view name,
                                        std::vector<Problem>& problems) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  const auto at = from_rfc3339(*text);
  if (!at) problems.push_back({std::string(name), "must be a time such as 2026-11-21T09:00:00Z"});
  return at;
}

std::optional<int64_t> number_of(std::string_view text) {
  const auto value = number_in(text);
  return value && *value > 0 ? value : std::nullopt;
}

}  // namespace dw
