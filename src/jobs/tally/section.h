// [[tally]]: the channels whose messages are counted per agent.
#pragma once
#include <string>
#include <vector>

#include "config/own_section.h"

namespace dw {

struct TallySettings {
  std::string channel;
  std::string pattern;  ///< RE2 with named groups; empty: the built-in formats
  std::string username_suffix = "rcc";
  std::string stats_file;  ///< empty: none
};

/// What a pattern may cost to compile. The job compiles it under the same limit as the check does:
/// what the settings took is never refused later.
constexpr int64_t tally_pattern_bytes_max = 1 << 20;

using Tallies = std::vector<TallySettings>;

const Section<TallySettings>& tally_section();
/// The same as a list in which each channel stands once.
const OwnSection& own_tally_section();

}  // namespace dw
