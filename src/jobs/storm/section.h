// [storm]: whether many tickets about one thing are looked for, and how many that is.
#pragma once
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "config/own_section.h"

namespace dw {

struct StormSettings {
  bool is_on = false;  ///< the section is there
  Millis window{3'600'000};
  int64_t min_tickets = 8;
  std::string channel;      ///< Slack channel that is asked; empty: the board and the API alone
  bool is_auto = false;     ///< a group is made one incident without asking
  Millis join{86'400'000};  ///< so long after its last ticket new ones join by themselves
};

const OwnSection& own_storm_section();

}  // namespace dw
