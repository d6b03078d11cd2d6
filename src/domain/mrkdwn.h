// Slack's mrkdwn as plain text.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace dw {

/// What ids of people ("U7") and channels ("C1") are called.
using NamesById = std::map<std::string, std::string, std::less<>>;

/// Mentions as names, channels as #name, links as "label (url)", entities decoded, emoji as
/// Unicode. `names` has people ("U7") and channels ("C1"); unknown ones stay as ids.
std::string plain_of_mrkdwn(std::string_view text, const NamesById& names = {});

}  // namespace dw
