#include "web/connector_titles.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace dw {
namespace {

/// `how`: "{}" stands for what is behind the prefix.
struct Title {
  std::string_view prefix, how;
};

// Whole names first: they begin like the others.
constexpr std::array<Title, 23> titles = {{
    {"slack:socket", "Slack (incoming)"},
    {"slack:api", "Slack (outgoing)"},
    {"zendesk:export", "Zendesk (incoming)"},
    {"zendesk", "Zendesk (webhook)"},
    {"slack", "Slack (events over HTTP)"},
    {"embedded:desk", "The desk on this board"},
    {"notices", "Notices of closed tickets"},
    {"tickets", "Tickets that wait"},
    {"public_url", "Public address"},
    {"clock", "Clock of this machine"},
    {"zendesk:", "Zendesk {}"},
    {"teams:", "Teams “{}”"},
    {"sqs:", "Amazon SQS “{}”"},
    {"embedded:", "Queue “{}”"},
    {"smtp:", "Mail server {}"},
    {"webhook:", "Webhook {}"},
    {"pagerduty:", "PagerDuty “{}”"},
    {"opsgenie:", "Opsgenie “{}”"},
    {"roster:", "Roster “{}”"},
    {"oncall ", "On call {}"},
    {"the sheet ", "Google sheet {}"},
    {"slack channel ", "Slack channel {}"},
    {"hook ", "Address {}"},
}};

}  // namespace

std::string connector_title(const std::string& name,
                            const std::map<std::string, std::string>& channels) {
  constexpr std::string_view channel_prefix = "slack channel ";
  if (name.starts_with(channel_prefix)) {
    const auto known = channels.find(name.substr(channel_prefix.size()));
    if (known != channels.end()) return fmt::format("Slack channel #{}", known->second);
  }
  for (const Title& one : titles) {
    const bool is_whole = one.how.find("{}") == std::string_view::npos;
    if (is_whole && name == one.prefix) return std::string(one.how);
    if (!is_whole && name.starts_with(one.prefix)) {
      return fmt::format(fmt::runtime(one.how), name.substr(one.prefix.size()));
    }
  }
  return name;
}

}  // namespace dw
