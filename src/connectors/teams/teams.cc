#include "connectors/teams/teams.h"

#include "base/hash.h"
#include "base/text.h"
#include "connectors/teams/wire.h"

namespace dw {
namespace {

constexpr std::string_view scheme = "HMAC ";
constexpr const char* not_taken_text =
    "Deskwire cannot save this right now. Please send it again in a minute.";
constexpr const char* unsure_text =
    "Deskwire does not know yet whether it saved this. Look for your ticket in a minute, before "
    "you "
    "send it again.";
constexpr const char* parked_text =
    "Your message was saved, but an error kept it from becoming a ticket. The people "
    "who run Deskwire see it on the board.";

}  // namespace

TeamsSource::TeamsSource(std::string name)
    : name_("teams:" + name), path_("/hooks/teams/" + name) {}

TeamsSource::TeamsSource(TeamsSettings settings) : TeamsSource(settings.name) {
  change_secrets(settings);
}

TeamsSource TeamsSource::local() {
  TeamsSource source(std::string("local"));
  source.is_local_ = true;
  return source;
}

void TeamsSource::change_secrets(const TeamsSettings& settings) {
  keys_.clear();
  for (const Secret& secret : settings.secrets) {
    auto key = from_base64(secret.reveal());
    DW_ASSERT(key && !key->empty(), "the configuration was checked before it came here");
    keys_.emplace_back(std::move(*key));
  }
  DW_ASSERT(!keys_.empty(), "a hook without a secret is never served");
}

Result<void> TeamsSource::verify(const RawHook& hook) const {
  if (is_local_) {
    if (hook.is_loopback_caller) return {};
    return Error{ErrorKind::denied, name_, "this hook serves callers on this machine only"};
  }
  const std::string_view given = hook.header("authorization");
  const bool has_scheme =
      given.size() > scheme.size() && equals_ignoring_case(given.substr(0, scheme.size()), scheme);
  if (!has_scheme) {
    return Error{ErrorKind::denied, name_, "the request has no HMAC signature"};
  }
  const auto signature = from_base64(trim(given.substr(scheme.size())));
  bool is_right = false;
  // Every key is tried, so that the time tells nothing about which one fits.
  for (const Secret& key : keys_) {
    const Sha256 expected = hmac_sha256(key.reveal(), hook.body);
    const bool fits = signature && equal_constant_time(*signature, bytes_of(expected));
    is_right = is_right || fits;
  }
  if (is_right) return {};
  return Error{ErrorKind::denied, name_,
               "invalid signature: check that the secret belongs to this webhook"};
}

Result<Event> TeamsSource::decode(const RawHook& hook) const {
  return decode_activity(hook.body, name_, hook.at);
}

HookAnswer TeamsSource::encode_reply(const json::value& reply) const {
  const auto text = JsonView(reply)["text"].text();
  return {.body = encode_message(text.value_or(parked_text))};
}

HookAnswer TeamsSource::encode_error(const Error& error) const {
  switch (error.kind) {
    case ErrorKind::denied:
      return {.status = 401, .body = encode_message("Not taken: " + error.what)};
    case ErrorKind::invalid:
      return {.status = 400, .body = encode_message("Not understood: " + error.what)};
    case ErrorKind::unsure:
      // What a person writes again is another message, and would be another ticket.
      return {.status = 503, .body = encode_message(unsure_text)};
    default:
      return {.status = 503, .body = encode_message(not_taken_text)};
  }
}

}  // namespace dw
