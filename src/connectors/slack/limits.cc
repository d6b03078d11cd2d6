#include "connectors/slack/limits.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace dw {
namespace {

constexpr size_t buckets_max = 4096;
constexpr Millis minute{60'000};

/// Calls a minute.
constexpr int tier2 = 20, tier3 = 50, tier4 = 100;
/// chat.postMessage is "several hundred" a minute for a workspace.
constexpr int posts = 300;

constexpr std::array<std::pair<std::string_view, int>, 14> tiers = {{
    // Of tier 1, one call a minute "or more": a hand-over needs two at once, and Slack says how
    // long to wait when it is too much.
    {"apps.connections.open", tier2},
    {"conversations.list", tier2},
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

constexpr std::string_view channel_mark = "channel ";

std::string key_of(std::string_view method, std::string_view channel) {
  return channel.empty() ? std::string(method) : std::string(channel_mark) + std::string(channel);
}

}  // namespace

SlackLimits::Rate SlackLimits::rate_of(std::string_view method) {
  if (method.starts_with(channel_mark)) return {Millis(1000), Millis(0)};
  const auto* const found = std::find_if(tiers.begin(), tiers.end(),
                                         [method](const auto& one) { return one.first == method; });
  const Millis interval = minute / (found == tiers.end() ? tier4 : found->second);
  // A third of a minute's calls may come at once.
  return {interval, minute / 3};
}

Result<Millis> SlackLimits::book(std::string_view method, std::string_view channel, Monotonic now,
                                 Millis patience) {
  forget_idle(now);
  std::vector<std::string> keys = {key_of(method, "")};
  if (!channel.empty()) keys.push_back(key_of(method, channel));
  Monotonic turn = now;
  for (const std::string& key : keys) {
    const auto found = buckets_.find(key);
    if (found == buckets_.end()) continue;
    turn = std::max({turn, found->second.paused_until, found->second.full_at - rate_of(key).burst});
  }
  const auto wait = std::chrono::ceil<Millis>(turn - now);
  if (wait > patience) {
    return Error{ErrorKind::busy, "slack",
                 "waits for its turn: Slack limits how often it is called", wait};
  }
  for (const std::string& key : keys) {
    Bucket& bucket = buckets_[key];
    bucket.full_at = std::max(bucket.full_at, turn) + rate_of(key).interval;
  }
  return wait;
}

void SlackLimits::pause(std::string_view method, std::string_view channel, Monotonic now,
                        Millis pause) {
  Bucket& bucket = buckets_[key_of(method, channel)];
  bucket.paused_until = std::max(bucket.paused_until, now + pause);
}

void SlackLimits::forget_idle(Monotonic now) {
  if (buckets_.size() < buckets_max) return;
  std::erase_if(buckets_, [now](const auto& one) {
    return one.second.full_at <= now && one.second.paused_until <= now;
  });
}

}  // namespace dw
