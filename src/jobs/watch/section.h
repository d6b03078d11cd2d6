// [watch]: who is told when Deskwire itself needs a person.
#pragma once
#include <string>
#include <vector>

#include "config/own_section.h"

namespace dw {

struct WatchSettings {
  std::vector<std::string> notify;  ///< mail addresses, and Slack channels ("#ops" or an id)
};

/// True of "ana@example.com"; the others are Slack channels.
bool is_mail_address(const std::string& text);

const OwnSection& own_watch_section();

}  // namespace dw
