// Settings of the bridge and of the daily report.
#pragma once
#include <string>
#include <vector>

#include "config/field.h"

namespace dw {

enum class BridgeDesk { zendesk, embedded };
enum class BridgeRelay { is_public, is_private };
enum class BridgeMode { live, shadow };

struct BridgeSettings {
  std::string channel;  ///< "C0123456789" or "#name"
  BridgeDesk desk = BridgeDesk::zendesk;
  std::vector<std::string> close_words = {"done",  "resolved", "resolve", "resolve ticket",
                                          "close", "fixed",    "✅",       "🆗"};
  std::vector<std::string> reopen_words = {"reopen", "not fixed"};
  std::vector<std::string> close_emoji = {"white_check_mark"};
  std::string greeting;
  std::string oncall;             ///< the name of an [oncall.NAME]
  Millis remind{0}, escalate{0};  ///< of a thread without a first reply; 0: never
  bool has_hours = true;
  std::string private_prefix = "#internal";
  std::vector<std::string> tags = {"slack"};
  bool mirrors_email = true;
  BridgeRelay relay = BridgeRelay::is_public;
  BridgeMode mode = BridgeMode::live;
};

struct SummarySettings {
  std::string schedule = "daily 09:00";
  std::string channel;  ///< empty: off
  std::vector<std::string> mail;
};

const Section<BridgeSettings>& bridge_section();
const Section<SummarySettings>& summary_section();

/// "" or what is wrong with a channel: an id such as C0123456789, or "#name".
std::string check_channel(const std::string& text);
/// The same, where none may be given.
std::string check_channel_if_any(const std::string& text);

}  // namespace dw
