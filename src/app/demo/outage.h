// The outage that the demo brings into its day: at eleven the VPN goes down, and eighteen people
// say so. No row of incidents.csv is behind it.
#pragma once
#include "app/demo/day.h"

namespace dw::demo {

inline constexpr int outage_minute = 11 * 60;

/// Three reports a minute, most of them in Slack, some by mail. Nobody answers them: the visitor
/// does.
std::vector<Happening> outage();

/// Whether it is one of these; of later rounds of the day it is none.
bool is_of_outage(const Happening& one);

}  // namespace dw::demo
