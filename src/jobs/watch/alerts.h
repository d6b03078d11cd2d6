// What needs a person, in words. Pure.
#pragma once
#include <string>

#include "jobs/watch/watch.h"

namespace dw {

/// All that is wrong now, by key.
WatchAlerts alerts_in(const Event& event, const WatchView& view, TimePoint first_look,
                      const std::string& public_url);

/// The first line.
std::string subject_of(const WatchAlert& alert);

/// "Over after 35 minutes: …"
std::string over_text(const WatchAlert& alert, TimePoint now);

}  // namespace dw
