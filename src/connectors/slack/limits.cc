#include "connectors/slack/limits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace dw {
namespace {

constexpr Millis minute{60'000};
/// Of a third of a minute's calls that may come at once: what catching up leaves to others.
constexpr Millis spared = minute / 5;

/// Calls a minute.
constexpr int tier2 = 20, tier3 = 50, tier4 = 100;
/// chat.postMessage is "several hundred" a minute for a workspace.
constexpr int posts = 300;

constexpr std::array<std::pair<std::string_view, int>, 15> tiers = {{
    // Of tier 1, one call a minute "or more": a hand-over needs two at once, and Slack says how
    // long to wait when it is too much.
    {"apps.connections.open", tier2},
    {"conversations.list", tier2},
    {"usergroups.list", tier2},
    {"conversations.history", tier3},
    {"conversations.replies", tier3},
    {"conversations.info", tier3},
    {"users.lookupByEmail", tier3},
    {"reactions.add", tier3},
    {"chat.update", tier3},
    {"chat.postEphemeral", tier4},
    {"reactions.remove", tier2},
    {"chat.postMessage", posts},
    {"chat.getPermalink", posts},
    {"users.info", tier4},
    {"auth.test", posts},
}};

RateRule rate_of(std::string_view method) {
  const auto* const found = std::find_if(tiers.begin(), tiers.end(),
                                         [method](const auto& one) { return one.first == method; });
  const Millis interval = minute / (found == tiers.end() ? tier4 : found->second);
  // A third of a minute's calls may come at once.
  return {slack_rate_name(method, ""), interval, minute / 3};
}

}  // namespace

std::string slack_rate_name(std::string_view method, std::string_view channel) {
  if (channel.empty()) return "Slack " + std::string(method);
  return "Slack channel " + std::string(channel);
}

std::vector<RateRule> slack_rates(std::string_view method, std::string_view channel,
                                  bool is_patient) {
  std::vector<RateRule> out = {rate_of(method)};
  if (is_patient) {
    // Its own line, so that those who wait in it are in nobody's way.
    out.push_back(out.front());
    out.back().name += ", catching up";
    out.front().spared = spared;
  }
  if (!channel.empty()) out.push_back({slack_rate_name(method, channel), Millis(1000), Millis(0)});
  return out;
}

}  // namespace dw
