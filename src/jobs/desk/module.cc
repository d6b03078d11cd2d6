#include "jobs/desk/module.h"

#include "jobs/desk/desk.h"

namespace dw {

JobModule desk_module() {
  return {
      .build = [](const JobContext&) -> std::unique_ptr<Job> { return std::make_unique<Desk>(); }};
}

}  // namespace dw
