// The shapes of /v1/tally; that of a bar is the job's, which tells it on the live stream.
#pragma once
#include <string>
#include <vector>

#include "base/shape.h"
#include "jobs/tally/live.h"

namespace dw {

/// GET /v1/tally.
/// What people call a channel.
struct ChannelName {
  std::string id, name;
};

struct ShownTally {
  std::vector<TallyAgent> agents;
  std::vector<TallyAgent> before;  ///< of the period before; empty: there is none
  std::optional<TimePoint> before_since;
  std::vector<std::string> channels;
  std::vector<ChannelName> channel_names;  ///< of those whose names are known
  std::vector<TallyBar> today;
  TimePoint today_until{};
  std::string timezone;
};

/// What was taken over from an older bot.
struct ImportedTally {
  int64_t agents = 0, updates = 0;
};

const Shape<ChannelName>& shape_for(const ChannelName*);
const Shape<ImportedTally>& shape_for(const ImportedTally*);
const Shape<TallyAgent>& shape_for(const TallyAgent*);
const Shape<TallyRow>& shape_for(const TallyRow*);
const Shape<ShownTally>& shape_for(const ShownTally*);

}  // namespace dw
