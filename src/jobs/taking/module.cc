#include "jobs/taking/module.h"

#include "jobs/taking/taking.h"

namespace dw {

JobModule taking_module() {
  return {.build = [](const JobContext& context) -> std::unique_ptr<Job> {
    return std::make_unique<Taking>(context.public_url);
  }};
}

}  // namespace dw
