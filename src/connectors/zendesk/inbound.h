// POST /hooks/zendesk: Zendesk says which ticket has changed, and no more; the rest is asked for.
// Protocol: "Verifying webhook authenticity" and "Anatomy of a webhook request", read 2026-11:
// base64(HMAC-SHA256(secret as it is shown, timestamp header + raw body)).
#pragma once
#include <string>
#include <vector>

#include "connectors/zendesk/config.h"
#include "ports/source.h"

namespace dw {

class ZendeskHook : public HookSource {
 public:
  /// Without secrets it takes unsigned requests from callers on this machine.
  /// `path`: "/hooks/zendesk", or one of the older bot's.
  ZendeskHook(std::vector<Secret> secrets, std::string path)
      : secrets_(std::move(secrets)), path_(std::move(path)) {}

  const std::string& name() const override { return name_; }
  const std::string& path() const override { return path_; }
  /// A signature not older than five minutes, or the older bot's {"token":…} in the body.
  Result<void> verify(const RawHook& hook) const override;
  Result<Event> decode(const RawHook& hook) const override;
  HookAnswer encode_reply(const json::value& reply) const override;
  HookAnswer encode_error(const Error& error) const override;

 private:
  Result<void> verify_signature(const RawHook& hook, std::string_view signature) const;
  bool has_token(std::string_view body) const;

  std::vector<Secret> secrets_;
  std::string name_ = "zendesk";
  std::string path_;
};

}  // namespace dw
