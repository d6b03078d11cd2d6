// [zendesk]: the account, the ways to sign in to it, and how hard it may be asked.
#pragma once
#include <string>
#include <vector>

#include "config/env.h"
#include "config/field.h"

namespace dw {

struct ZendeskSettings {
  bool is_configured = false;  ///< the section is there
  std::string url;             ///< "https://acme.zendesk.com", without a slash at its end
  std::string oauth_client_id;
  Secret oauth_client_secret;
  Secret oauth_token;
  std::string email;
  Secret token;
  std::vector<Secret> webhook_secrets;  ///< none: the hook is for callers on this machine
  int64_t group_id = 0, agent_id = 0, thread_url_field = 0;  ///< 0: left alone
  Millis poll{60'000};                                       ///< 0: no export
  int rate_per_minute = 200;
};

const Section<ZendeskSettings>& zendesk_section();

/// Fills in what the environment gives (ZENDESK_SUBDOMAIN, ZENDESK_EMAIL, ZENDESK_TOKEN,
/// ZENDESK_WEBHOOK_SECRET) and says what is missing. Only where the section is there.
void complete_zendesk(ZendeskSettings& settings, const Environment& environment, int line,
                      Problems& problems);

}  // namespace dw
