// What Slack sends over HTTP: events, slash commands, buttons; three hooks with one signature
// (docs.slack.dev, "Verifying requests from Slack", read 2026-11).
#pragma once
#include <string>

#include "connectors/slack/api.h"
#include "ports/source.h"

namespace dw {

class SlackHook : public HookSource {
 public:
  /// older_events: the same as events, at the path of the older bot.
  enum class Kind { events, older_events, commands, interactive };
  /// `api` says who we are and whose messages are taken.
  SlackHook(Kind kind, const SlackApi& api);

  const std::string& name() const override { return name_; }
  const std::string& path() const override { return path_; }
  /// The signature is over the raw body and the time, which may be five minutes off, not more.
  Result<void> verify(const RawHook& hook) const override;
  /// `url_verification` is answered with its challenge; joins, unfurled links and the like are
  /// answered 200 and are no events.
  std::optional<HookAnswer> answer_without_event(const RawHook& hook) const override;
  Result<Event> decode(const RawHook& hook) const override;
  /// Nothing, or the text as a message that only the caller sees.
  HookAnswer encode_reply(const json::value& reply) const override;
  HookAnswer encode_error(const Error& error) const override;

 private:
  Result<std::optional<Event>> read(const RawHook& hook) const;

  Kind kind_;
  const SlackApi& api_;
  std::string name_, path_;
};

/// {"response_type":"ephemeral","text":…} of a reply {"text":…}; absent if it has no text.
std::optional<json::object> slack_reply(const json::value& reply);

}  // namespace dw
