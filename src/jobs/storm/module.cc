#include "jobs/storm/module.h"

#include "jobs/storm/live.h"
#include "jobs/storm/section.h"
#include "jobs/storm/storm.h"

namespace dw {

JobModule storm_module() {
  return {.section = &own_storm_section(),
          .build = [](const JobContext& context) -> std::unique_ptr<Job> {
            return std::make_unique<Storm>(context.own.get<StormSettings>(),
                                           context.hours.timezone);
          },
          .live_topic = [](const JobContext&) { return incident_topic(); }};
}

}  // namespace dw
