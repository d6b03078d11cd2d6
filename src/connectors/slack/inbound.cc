#include "connectors/slack/inbound.h"

#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/mrkdwn.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr std::chrono::seconds age_max{300};

std::string path_of(SlackHook::Kind kind) {
  switch (kind) {
    case SlackHook::Kind::events:
      return "/hooks/slack/events";
    case SlackHook::Kind::older_events:
      return "/slack/events/";
    case SlackHook::Kind::commands:
      return "/hooks/slack/commands";
    case SlackHook::Kind::interactive:
      return "/hooks/slack/interactive";
  }
  return {};
}

bool is_events(SlackHook::Kind kind) {
  return kind == SlackHook::Kind::events || kind == SlackHook::Kind::older_events;
}

bool is_recent(std::string_view time, TimePoint now) {
  constexpr int64_t seconds_max = 100'000'000'000;
  const int64_t seconds = number_in(time).value_or(-1);
  if (seconds < 0 || seconds > seconds_max) return false;
  const TimePoint signed_at{std::chrono::seconds(seconds)};
  return signed_at - now <= age_max && now - signed_at <= age_max;
}

}  // namespace

std::optional<json::object> slack_reply(const json::value& reply) {
  const auto text = JsonView(reply)["text"].text();
  if (!text || text->empty()) return std::nullopt;
  return json::object{{"response_type", "ephemeral"}, {"text", mrkdwn_of_plain(*text)}};
}

SlackHook::SlackHook(Kind kind, const SlackApi& api)
    : kind_(kind), api_(api), name_(slack_name), path_(path_of(kind)) {}

Result<void> SlackHook::verify(const RawHook& hook) const {
  const std::string_view time = hook.header("x-slack-request-timestamp");
  const std::string_view given = hook.header("x-slack-signature");
  if (time.empty() || given.empty()) {
    return Error{ErrorKind::denied, name_, "the request has no Slack signature"};
  }
  bool is_right = false;
  // Every secret is tried, so that the time tells nothing about which one fits.
  for (const Secret& secret : api_.settings().signing_secrets) {
    const bool fits = equal_constant_time(given, slack_signature(secret.reveal(), time, hook.body));
    is_right = is_right || fits;
  }
  if (!is_right) {
    return Error{ErrorKind::denied, name_, "invalid signature: check slack.signing_secret"};
  }
  if (!is_recent(time, hook.at)) {
    return Error{ErrorKind::denied, name_,
                 "the request is more than five minutes old, or this machine's clock is wrong"};
  }
  return {};
}

Result<std::optional<Event>> SlackHook::read(const RawHook& hook) const {
  if (is_events(kind_)) {
    DW_TRY(const json::value payload, parse_json(hook.body));
    return decode_callback(payload, api_.reading(), hook.at);
  }
  DW_TRY(const json::value form, json_of_form(hook.body));
  if (kind_ == Kind::commands) {
    DW_TRY(Event command, decode_command(form, hook.at));
    return std::optional<Event>(std::move(command));
  }
  const auto payload = JsonView(form)["payload"].text();
  if (!payload) return Error{ErrorKind::invalid, name_, "the form has no payload"};
  DW_TRY(const json::value act, parse_json(*payload));
  return decode_interactive(act, hook.at);
}

std::optional<HookAnswer> SlackHook::answer_without_event(const RawHook& hook) const {
  if (is_events(kind_)) {
    const Result<json::value> payload = parse_json(hook.body);
    if (payload.ok() && JsonView(*payload)["type"].text() == "url_verification") {
      std::string challenge = JsonView(*payload)["challenge"].text().value_or("");
      return HookAnswer{.content_type = "text/plain", .body = std::move(challenge)};
    }
  }
  const Result<std::optional<Event>> event = read(hook);
  // What can't be read is decode()'s to refuse.
  if (!event.ok() || *event) return std::nullopt;
  return encode_reply(nullptr);
}

Result<Event> SlackHook::decode(const RawHook& hook) const {
  DW_TRY(std::optional<Event> event, read(hook));
  if (!event) return Error{ErrorKind::invalid, name_, "holds no event"};
  return std::move(*event);
}

HookAnswer SlackHook::encode_reply(const json::value& reply) const {
  const auto text = slack_reply(reply);
  const bool is_shown = kind_ == Kind::commands && text;
  if (!is_shown) return {.content_type = ""};
  return {.body = to_text(*text)};
}

HookAnswer SlackHook::encode_error(const Error& error) const {
  int status = 503;
  if (error.kind == ErrorKind::denied) status = 401;
  if (error.kind == ErrorKind::invalid) status = 400;
  return {.status = status, .content_type = "text/plain", .body = error.what};
}

}  // namespace dw
