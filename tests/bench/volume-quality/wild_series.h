// Series that are no textbook: bursts, ties, shifts of level, gaps, a second season.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/simulated_helpdesk.h"

namespace dw {

/// Half a year of hours out of a seed.
using WildSeries = std::function<std::vector<HourCount>(uint64_t seed)>;

std::vector<std::pair<std::string, WildSeries>> wild_series();

}  // namespace dw
