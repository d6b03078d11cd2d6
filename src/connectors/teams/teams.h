// A Teams outgoing webhook: Teams posts an activity, signed over its raw bytes, and shows the
// answer in the thread. Nothing else can be asked of Teams or sent to it on this way.
// Protocol: learn.microsoft.com, "Create Outgoing Webhooks", and the Bot Framework activity.
#pragma once
#include <string>
#include <vector>

#include "connectors/teams/config.h"
#include "ports/source.h"

namespace dw {

class TeamsSource : public HookSource {
 public:
  explicit TeamsSource(TeamsSettings settings);
  /// The hook that takes unsigned requests from this machine alone.
  static TeamsSource local();

  const std::string& name() const override { return name_; }
  const std::string& path() const override { return path_; }
  Result<void> verify(const RawHook& hook) const override;
  Result<Event> decode(const RawHook& hook) const override;
  HookAnswer encode_reply(const json::value& reply) const override;
  HookAnswer encode_error(const Error& error) const override;

  /// After a reload: the secrets of tomorrow.
  void change_secrets(const TeamsSettings& settings);

 private:
  explicit TeamsSource(std::string name);

  std::string name_, path_;
  std::vector<Secret> keys_;  // decoded; empty: unsigned, loopback callers only
  bool is_local_ = false;
};

}  // namespace dw
