// [[tally]]: the channels whose messages are counted per agent.
#pragma once
#include <string>

#include "config/field.h"

namespace dw {

struct TallySettings {
  std::string channel;
  std::string pattern;  ///< RE2 with named groups; empty: the built-in formats
  std::string username_suffix = "rcc";
  std::string stats_file;  ///< empty: none
};

/// `check_pattern` belongs to the job that searches with it.
const Section<TallySettings>& tally_section();

}  // namespace dw
