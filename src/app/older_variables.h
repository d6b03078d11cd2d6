// Environment variables of older tools that are still set: each is named once, with what replaces
// it, so that nobody relies on one that is not read. Pure.
#pragma once
#include <string>

#include "config/env.h"

namespace dw {

/// "ALLOWED_BOT_IDS (now slack.allowed_bots), …" of those that are set and that `toml` does not
/// name; empty: none.
std::string older_variables(const Environment& environment, const std::string& toml);

/// A switch that stopped the older bot must not be ignored by what takes its place.
/// errors  invalid: DISABLE_MESSAGE_PROCESSING is set
Result<void> check_older_switch(const Environment& environment);

}  // namespace dw
