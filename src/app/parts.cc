#include "app/parts.h"

#include "connectors/embedded_desk/module.h"
#include "connectors/shadow/module.h"
#include "jobs/assignment/module.h"
#include "jobs/desk/module.h"
#include "jobs/storm/module.h"
#include "jobs/tally/module.h"
#include "jobs/watch/module.h"

namespace dw {

std::span<const JobModule> job_modules() {
  static const JobModule modules[] = {
      desk_module(), assignment_module(), storm_module(), tally_module(), watch_module(),
  };
  return modules;
}

std::span<const ConnectorModule> connector_modules() {
  static const ConnectorModule modules[] = {
      embedded_desk_module(),
      shadow_module(),
  };
  return modules;
}

std::vector<const OwnSection*> own_sections() {
  std::vector<const OwnSection*> out;
  const auto add = [&out](const auto& modules) {
    for (const auto& module : modules) {
      if (module.section != nullptr) out.push_back(module.section);
    }
  };
  add(job_modules());
  add(connector_modules());
  return out;
}

}  // namespace dw
