#include "jobs/tally/module.h"

#include "jobs/tally/live.h"
#include "jobs/tally/section.h"
#include "jobs/tally/tally.h"

namespace dw {

JobModule tally_module() {
  return {
      .section = &own_tally_section(),
      .build =
          [](const JobContext& context) {
            std::unique_ptr<Job> job = std::make_unique<Tally>(context.own.get<Tallies>());
            return job;
          },
      .live_topic = [](const JobContext& context) { return tally_topic(context.hours.timezone); }};
}

}  // namespace dw
