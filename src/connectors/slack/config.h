// [slack]: one app in one workspace.
#pragma once
#include <string>
#include <vector>

#include "base/authority.h"
#include "base/text.h"
#include "config/field.h"
#include "config/sections.h"

namespace dw {

struct SlackSettings {
  bool is_given = false;  ///< there is a [slack] in the file
  Secret bot_token, app_token;
  std::vector<Secret> signing_secrets;  ///< none, one, or two while one is rotated
  std::string api_url = "https://slack.com/api/";
  std::vector<std::string> allowed_bots;
};

/// "" or what is wrong: tokens go over TLS, or stay on this machine.
inline std::string check_slack_url(const std::string& text) {
  if (std::string wrong = check_http_url(text); !wrong.empty()) return wrong;
  if (!text.starts_with("https://") && !is_loopback_url(text)) return "must begin with https://";
  return text.ends_with('/') ? "" : "must end with a slash";
}

inline const Section<SlackSettings>& slack_section() {
  static const Section<SlackSettings> section{
      "slack",
      "[slack]",
      "A Slack app, made from `packaging/slack-app-manifest.yaml`. Events arrive by Socket Mode "
      "(`app_token`), by HTTP (`signing_secret`), or both. The guide is "
      "`docs/guide/slack.md`.",
      {restart(secret_field("bot_token", &SlackSettings::bot_token,
                            "the app's bot token, xoxb-…; required, here or in SLACK_BOT_TOKEN")),
       restart(secret_field("app_token", &SlackSettings::app_token,
                            "an app-level token, xapp-…, with connections:write: turns Socket Mode "
                            "on, which needs no public address; default SLACK_APP_TOKEN")),
       secrets_field("signing_secret", &SlackSettings::signing_secrets,
                     "verifies the HTTP requests at `/hooks/slack/events`, `/commands` and "
                     "`/interactive`; a list of two while one is rotated; default "
                     "SLACK_SIGNING_SECRET; empty: Deskwire does not serve these"),
       restart(text_field("api_url", &SlackSettings::api_url,
                          "where Slack's Web API is, for GovSlack and tests", check_slack_url,
                          "an https address that ends with a slash")),
       restart(strings_field("allowed_bots", &SlackSettings::allowed_bots,
                             "bot_id values whose messages are treated like a person's"))}};
  return section;
}

}  // namespace dw
