#include "connectors/zendesk/config.h"

#include "base/authority.h"
#include "config/sections.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr Millis poll_max{86'400'000};
constexpr int64_t id_max = INT64_MAX;

std::string check_account_url(const std::string& text) {
  if (text.empty()) return "";
  const auto url = parse_url(text);
  if (!url) return "must be https://SUBDOMAIN.zendesk.com";
  if (url->scheme != "https" && !is_loopback_url(text)) return "must be https";
  const bool has_path = url->path.find_first_not_of('/') != std::string::npos;
  if (has_path && url->host.ends_with(".zendesk.com")) {
    return "must be https://SUBDOMAIN.zendesk.com, without what is behind it";
  }
  return "";
}

/// $ZENDESK_SUBDOMAIN as people set it: "acme", "acme.zendesk.com", or the whole address.
std::string account_url(const std::string& subdomain) {
  if (subdomain.find("://") != std::string::npos) return subdomain;
  const bool is_host = subdomain.find('.') != std::string::npos;
  return "https://" + subdomain + (is_host ? "" : ".zendesk.com");
}

void take_environment(const Environment& environment, const char* name, Secret& out) {
  if (!out.empty()) return;
  if (auto given = environment(name)) out = Secret(without_last_newlines(std::move(*given)));
}

}  // namespace

const Section<ZendeskSettings>& zendesk_section() {
  using S = ZendeskSettings;
  static const Section<S> section{
      "zendesk",
      "[zendesk]",
      "The Zendesk account where tickets are worked. Sign in with an OAuth client, a ready Bearer "
      "token, or (until 2027-04-30) an API token.",
      {restart(text_field("url", &S::url,
                          "https://SUBDOMAIN.zendesk.com. Default: from `$ZENDESK_SUBDOMAIN`",
                          check_account_url, "an https address")),
       restart(text_field("oauth_client_id", &S::oauth_client_id,
                          "the OAuth client's identifier (Admin Center, Apps and integrations)")),
       restart(secret_field("oauth_client_secret", &S::oauth_client_secret,
                            "the OAuth client's secret")),
       restart(secret_field("oauth_token", &S::oauth_token, "a ready Bearer token")),
       restart(text_field("email", &S::email,
                          "email address of the API token's user. Default: `$ZENDESK_EMAIL`")),
       restart(secret_field("token", &S::token,
                            "an API token; Zendesk ends these on 2027-04-30. Default: "
                            "`$ZENDESK_TOKEN`")),
       restart(secrets_field("webhook_secret", &S::webhook_secrets,
                             "the webhook's signing secret, which verifies POST /hooks/zendesk; a "
                             "list of two while one is rotated. Default: "
                             "`$ZENDESK_WEBHOOK_SECRET`")),
       restart(number_field("group_id", &S::group_id, 0, id_max,
                            "new tickets are assigned to this group; 0: to none")),
       restart(number_field("agent_id", &S::agent_id, 0, id_max,
                            "new tickets are assigned to this agent; 0: to none")),
       restart(number_field("thread_url_field", &S::thread_url_field, 0, id_max,
                            "the custom field that gets the chat's permalink; 0: none")),
       restart(duration_field("poll", &S::poll, Millis(0), poll_max,
                              "how often the incremental export is read, as the safety net under "
                              "the webhook; `\"0s\"` is off")),
       restart(
           number_field("rate_per_minute", &S::rate_per_minute, 10, 100'000,
                        "maximum requests per minute: your plan's limit, less what others use"))}};
  return section;
}

void complete_zendesk(ZendeskSettings& settings, const Environment& environment, int line,
                      Problems& problems) {
  settings.is_configured = true;
  if (settings.url.empty()) {
    const std::string subdomain = environment("ZENDESK_SUBDOMAIN").value_or("");
    if (!subdomain.empty()) settings.url = account_url(subdomain);
  }
  while (settings.url.ends_with('/')) settings.url.pop_back();
  if (settings.url.empty()) {
    problems.add(line, "zendesk.url", "is missing (https://SUBDOMAIN.zendesk.com)");
  }
  if (settings.email.empty()) settings.email = environment("ZENDESK_EMAIL").value_or("");
  // As Zendesk's own examples have it: "ann@x.example/token" is the user of an API token.
  constexpr std::string_view token_user = "/token";
  if (settings.email.ends_with(token_user)) {
    settings.email.resize(settings.email.size() - token_user.size());
  }
  take_environment(environment, "ZENDESK_TOKEN", settings.token);
  if (settings.webhook_secrets.empty()) {
    Secret given;
    take_environment(environment, "ZENDESK_WEBHOOK_SECRET", given);
    // The older bot's shared token, which its triggers send in the body.
    take_environment(environment, "ZENDESK_WEBHOOK_TOKEN", given);
    if (!given.empty()) settings.webhook_secrets.push_back(std::move(given));
  }
  if (settings.oauth_client_id.empty() != settings.oauth_client_secret.empty()) {
    problems.add(line, "zendesk", "set both oauth_client_id and oauth_client_secret, or neither");
  }
  const bool has_api_token = !settings.email.empty() && !settings.token.empty();
  if (settings.oauth_client_id.empty() && settings.oauth_token.empty() && !has_api_token) {
    problems.add_missing_secret(
        line, "zendesk",
        "has no way to sign in (oauth_client_id and oauth_client_secret, or oauth_token, "
        "or email and token)");
  }
  if (settings.poll > Millis(0) && settings.poll < Millis(10'000)) {
    problems.add(line, "zendesk.poll",
                 "must be \"0s\" or at least \"10s\": Zendesk allows ten exports a minute");
  }
}

}  // namespace dw
