#include "jobs/assignment/module.h"

#include "jobs/assignment/assignment.h"

namespace dw {

JobModule assignment_module() {
  return {.build = [](const JobContext& context) -> std::unique_ptr<Job> {
    return std::make_unique<Assignment>(context.public_url);
  }};
}

}  // namespace dw
