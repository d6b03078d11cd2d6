// Makes at Zendesk what Deskwire needs there: one webhook, and the trigger that calls it. Run
// again it changes nothing; undone it leaves nothing.
// Protocol: Webhooks API and Triggers API, read 2026-11.
#pragma once
#include <string>
#include <vector>

#include "connectors/zendesk/client.h"

namespace dw {

/// One thing that was looked at, and what became of it.
struct SetupStep {
  std::string thing;   ///< "webhook", "trigger", "webhook_secret"
  std::string what;    ///< "made", "changed", "unchanged", "removed", "not there", "would be made"
  std::string detail;  ///< its id, or what a person has to do now
};

class ZendeskSetup {
 public:
  /// `hook_url`: "https://desk.example.com/hooks/zendesk".
  ZendeskSetup(ZendeskClient& client, std::string hook_url, bool is_dry_run);

  /// The secret is told only where the configuration does not have it already.
  /// errors  denied: the user is no admin; else as the client's
  Task<Result<std::vector<SetupStep>>> make(Millis timeout);
  /// Removes trigger and webhook.
  Task<Result<std::vector<SetupStep>>> undo(Millis timeout);

 private:
  struct Found {
    std::string id;  ///< empty: not there
    json::object fields;
  };
  Task<Result<json::value>> call(zendesk::Request request, Monotonic until);
  Task<Result<Found>> find(std::string kind, std::string name_key, std::string name,
                           Monotonic until);
  Task<Result<SetupStep>> make_webhook(Found& hook, Monotonic until);
  Task<Result<SetupStep>> make_trigger(std::string hook_id, Monotonic until);
  Task<Result<SetupStep>> tell_secret(std::string hook_id, Monotonic until);
  Task<Result<SetupStep>> remove(std::string kind, std::string thing, Found found, Monotonic until);
  std::string done_word(const char* done, const char* would) const;

  ZendeskClient& client_;
  std::string hook_url_;
  bool is_dry_run_;
};

}  // namespace dw
