#include "connectors/zendesk/inbound.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "connectors/zendesk/wire.h"

namespace dw {
namespace {

/// Zendesk documents no window; its own retries sign anew.
constexpr Millis window{300'000};
constexpr size_t invocation_bytes_max = 128;

Error denied(std::string what) {
  return {ErrorKind::denied, "zendesk", std::move(what)};
}

}  // namespace

Result<void> ZendeskHook::verify(const RawHook& hook) const {
  if (secrets_.empty()) {
    if (hook.is_loopback_caller) return {};
    return denied("zendesk.webhook_secret is not set: this hook serves callers on this machine");
  }
  const std::string_view signature = hook.header("x-zendesk-webhook-signature");
  if (!signature.empty()) return verify_signature(hook, signature);
  if (has_token(hook.body)) return {};
  return denied("the request has neither a signature nor the right token");
}

Result<void> ZendeskHook::verify_signature(const RawHook& hook, std::string_view signature) const {
  const std::string_view stamp = hook.header("x-zendesk-webhook-signature-timestamp");
  const std::string signed_bytes = std::string(stamp) + std::string(hook.body);
  const auto given = from_base64(trim(signature));
  bool is_right = false;
  // Every secret is tried, so that the time tells nothing about which one fits.
  for (const Secret& secret : secrets_) {
    const Sha256 expected = hmac_sha256(secret.reveal(), signed_bytes);
    const bool fits = given && equal_constant_time(*given, bytes_of(expected));
    is_right = is_right || fits;
  }
  if (!is_right) {
    return denied("invalid signature: check that zendesk.webhook_secret belongs to this webhook");
  }
  const auto at = from_rfc3339(stamp);
  if (!at) return denied("the signature's timestamp is invalid");
  const Millis age = hook.at - *at;
  if (age > window || age < -window) {
    return denied(
        "the signature's timestamp is too far from this machine's time: a replay, or the clocks "
        "differ");
  }
  return {};
}

bool ZendeskHook::has_token(std::string_view body) const {
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return false;
  const std::string given = JsonView(*parsed)["token"].text().value_or("");
  bool is_right = false;
  for (const Secret& secret : secrets_) {
    const bool fits = !given.empty() && equal_constant_time(given, secret.reveal());
    is_right = is_right || fits;
  }
  return is_right;
}

Result<Event> ZendeskHook::decode(const RawHook& hook) const {
  const auto ticket = zendesk::ticket_in_hook(hook.body);
  if (!ticket) return Error{ErrorKind::invalid, "zendesk", "names no ticket"};
  std::string key(hook.header("x-zendesk-webhook-invocation-id"));
  if (key.empty() || key.size() > invocation_bytes_max || !is_utf8(key)) {
    // The older bot's calls have no id. Two of one moment say the same: look at this ticket.
    key = fmt::format("plain/{}/{}", *ticket, hook.at.time_since_epoch().count());
  }
  return zendesk::changed_event(*ticket, std::move(key), hook.at);
}

HookAnswer ZendeskHook::encode_reply(const json::value&) const {
  return {.body = "{}"};
}

HookAnswer ZendeskHook::encode_error(const Error& error) const {
  const std::string body = to_text(json::object{{"error", error.what}});
  switch (error.kind) {
    case ErrorKind::denied:
      return {.status = 401, .body = body};
    case ErrorKind::invalid:
      return {.status = 400, .body = body};
    default:
      return {.status = 503, .body = body};
  }
}

}  // namespace dw
