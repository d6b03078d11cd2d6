// Keys that need a section which is not there: the file is valid, and a job in it cannot work.
// `check` reports each, and `serve` warns of each once.
#pragma once
#include <string>
#include <vector>

#include "app/settings.h"

namespace dw {

/// A key, and the section without which nothing comes of it.
struct SectionNeed {
  std::string key;      ///< "volume.notify"
  std::string section;  ///< "mail"
  std::string what;     ///< what does not happen: "nobody gets its alerts by mail"

  /// "needs [mail] with url: nobody gets its alerts by mail"
  std::string text() const;
  /// What to do.
  std::string fix() const;
};

/// Pure. Needs that the settings refuse already (a [[bridge]] without [slack]) are not among them.
std::vector<SectionNeed> missing_sections(const Settings& settings);

}  // namespace dw
