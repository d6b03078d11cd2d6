#include "app/older_variables.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {
namespace {

struct OlderVariable {
  const char *name, *now;
};

constexpr OlderVariable variables[] = {
    {"ALLOWED_BOT_IDS", "now slack.allowed_bots"},
    {"SLACKBOT_API_TOKEN", "now SLACK_BOT_TOKEN"},
    {"SLACK_BOT_USER_TOKEN", "now SLACK_BOT_TOKEN"},
    {"SLACK_VERIFICATION_TOKEN", "not needed: requests are verified by SLACK_SIGNING_SECRET"},
    {"SRE_SUPPORT_CHANNEL", "now bridge.channel"},
    {"ZENDESK_GROUP_ID", "now zendesk.group_id"},
    {"ZENDESK_USER_ID", "now zendesk.agent_id"},
    {"ZENDESK_AGENT_EMAIL", "now ZENDESK_EMAIL"},
    {"ZENDESK_CLIENT_IDENTIFIER", "now zendesk.oauth_client_id"},
    {"ZENDESK_CLIENT_SECRET", "now zendesk.oauth_client_secret"},
    {"ZENDESK_REDIRECT_URI", "not needed"},
    {"ZENDESK_TICKET_URI", "not needed"},
    {"ZENDESK_WEBHOOK_USER", "not needed"},
    {"PAGERDUTY_ESCALATION_POLICY_ID", "now policy in [oncall.NAME]"},
    {"PAGERDUTY_CLIENT_IDENTIFIER", "now token in [oncall.NAME]"},
    {"PAGERDUTY_CLIENT_SECRET", "now token in [oncall.NAME]"},
    {"PAGERDUTY_REDIRECT_URI", "not needed"},
    {"ZENDUTY_KEY", "not supported"},
    {"P1_QUEUE_URL", "now url in [[queue]]"},
    {"P2_QUEUE_URL", "now url in [[queue]]"},
    {"P3_QUEUE_URL", "now url in [[queue]]"},
    {"HIGH_PRIORITY_QUEUE", "now url in [[queue]]"},
    {"MID_PRIORITY_QUEUE", "now url in [[queue]]"},
    {"LOW_PRIORITY_QUEUE", "now url in [[queue]]"},
    {"GOOGLE_SHEET_ID", "now notices.sheet_id"},
    {"SPIKE_THRESHOLD", "now volume.threshold"},
};

bool is_named_in(const std::string& toml, const std::string& name) {
  return toml.find("${" + name + "}") != std::string::npos ||
         toml.find("${" + name + ":-") != std::string::npos;
}

}  // namespace

std::string older_variables(const Environment& environment, const std::string& toml) {
  std::string out;
  for (const OlderVariable& one : variables) {
    if (environment(one.name).value_or("").empty() || is_named_in(toml, one.name)) continue;
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", one.name, one.now);
  }
  return out;
}

Result<void> check_older_switch(const Environment& environment) {
  const std::string value = to_lower(environment("DISABLE_MESSAGE_PROCESSING").value_or(""));
  if (value.empty() || value == "0" || value == "false" || value == "no") return {};
  return Error{ErrorKind::invalid, "DISABLE_MESSAGE_PROCESSING",
               "is set; it stopped the older bot. To try Deskwire without posting, set mode = "
               "\"shadow\" in [[bridge]]; then unset the variable"};
}

}  // namespace dw
