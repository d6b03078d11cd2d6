// What `deskwire check` looks at besides the targets themselves: hooks by a round trip of a signed
// sample, the clock, the public address, what a configuration forgot; and how each trouble is
// mended. It changes nothing anywhere.
#pragma once
#include <string>
#include <vector>

#include "app/core.h"
#include "records/channel_names.h"

namespace dw {

/// For each hook that is served: a sample is signed with the configured secret, as the sender's
/// documentation says, and must pass the product's own verifier; changed by a byte it must not.
std::vector<Probe> probe_hooks(const Core& core);

/// The name of the probe for notices.template.
constexpr std::string_view template_probe = "notices.template";

/// What the file alone shows: keys whose section is not there, a file of counts that cannot be
/// read. The settings are valid, and a job in them cannot work.
std::vector<Probe> probe_settings(const Settings& settings);

/// What can be seen without asking anybody: an app from which nothing can come in, a report that
/// goes nowhere.
std::vector<Probe> probe_gaps(const Core& core);

/// The bot is in each channel that the configuration names. Empty without [slack]. `names`: what
/// they are called, by id, as far as Slack says.
Task<std::vector<Probe>> probe_channels(Core& core, Millis timeout, channel_names::Names& names);

/// The channel of [storm] is neither bridged nor shared with another company, as far as Slack says:
/// one that can't be asked is no error. errors  invalid
Task<Result<void>> check_storm_channel(Core& core, Millis timeout);

/// This machine's clock against the Date of an outside system's answer: signatures are refused
/// when they differ by five minutes. Empty where no outside system is configured.
Task<std::vector<Probe>> probe_clock(Core& core, Millis timeout);

/// server.public_url is asked for /healthz, if the daemon answers on its own address at all.
Task<std::vector<Probe>> probe_address(Core& core, Millis timeout);

/// How a probe's trouble is mended, step by step; empty where its detail says all.
std::string fix_for(const Probe& probe, const Settings& settings);

/// The probe for a clock that is `ahead` of the other side's; negative: behind. Pure.
Probe check_clock(Millis ahead, const std::string& against);

}  // namespace dw
