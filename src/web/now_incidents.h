// Incidents, and groups that nobody has decided on, as the headline of Now says them. It reads
// nothing.
#pragma once
#include "jobs/storm/records.h"
#include "web/now_shapes.h"

namespace dw {

/// Says it in one sentence, with the link to its page.
NowFact fact_of(const Outage& outage, const ShownNow& now);

/// Hours that are out of line.
struct SpikeNow {
  TimePoint from{};
  int64_t tickets = 0;
  std::string word;  ///< that its tickets share before all others; empty: not known
};

/// Whether a spike is about the same thing: the outage began in these hours, and has the spike's
/// word, or at least half of its tickets.
bool explains(const Outage& outage, const SpikeNow& spike);

}  // namespace dw
