// Slack's limits: calls a minute by method and one message a second by channel (docs.slack.dev,
// "Rate limits", read 2026-11), as rates of which each call books a turn.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ports/rates.h"

namespace dw {

/// What a call has to keep. `channel` is given where it shows something in one; a patient call
/// comes behind all others of its method.
std::vector<RateRule> slack_rates(std::string_view method, std::string_view channel,
                                  bool is_patient = false);
/// The one of them that Slack means with Retry-After.
std::string slack_rate_name(std::string_view method, std::string_view channel);

}  // namespace dw
