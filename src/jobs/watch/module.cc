#include "jobs/watch/module.h"

#include "jobs/watch/section.h"
#include "jobs/watch/watch.h"

namespace dw {

JobModule watch_module() {
  return {.section = &own_watch_section(), .build = [](const JobContext& context) {
            std::unique_ptr<Job> job =
                std::make_unique<Watch>(context.own.get<WatchSettings>(), context.public_url);
            return job;
          }};
}

}  // namespace dw
