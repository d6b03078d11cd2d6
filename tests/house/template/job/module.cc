#include "jobs/greeting/module.h"

#include "jobs/greeting/greeting.h"

namespace dw {

JobModule greeting_module() {
  return {.section = &own_greeting_section(),
          .build = [](const JobContext& context) -> std::unique_ptr<Job> {
            return std::make_unique<Greeting>(context.own.get<GreetingSettings>());
          }};
}

}  // namespace dw
