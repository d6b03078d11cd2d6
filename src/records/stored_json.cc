#include "records/stored_json.h"

#include "base/hash.h"

namespace dw {
namespace {

constexpr size_t digest_bytes = 16;

}  // namespace

json::value stored_json(std::string_view text) {
  if (text.empty()) return nullptr;
  Result<json::value> parsed = parse_json(text);
  return parsed.ok() ? std::move(*parsed) : json::value(nullptr);
}

std::string ids_text(const std::vector<TicketId>& ids) {
  json::array out;
  for (const TicketId id : ids) out.emplace_back(id.value);
  return to_text(out);
}

std::string body_digest(std::string_view body) {
  return to_hex(bytes_of(sha256(body)).substr(0, digest_bytes));
}

}  // namespace dw
