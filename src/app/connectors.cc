#include "app/connectors.h"

#include "app/core.h"
#include "connectors/shadow/shadow.h"

namespace dw {
namespace {

void build_teams(Core& core) {
  for (const TeamsSettings& teams : core.settings.teams) {
    core.teams.push_back(std::make_unique<TeamsSource>(teams));
  }
  const bool is_alone = core.settings.teams.empty();
  if (is_alone && core.settings.access.mode == AccessMode::loopback) {
    core.teams.push_back(std::make_unique<TeamsSource>(TeamsSource::local()));
  }
}

void build_queues(Core& core) {
  for (const QueueSettings& queue : core.settings.queues) {
    if (queue.is_embedded()) {
      core.local_targets.push_back(std::make_unique<EmbeddedQueue>(queue.name));
    } else {
      core.targets.push_back(
          std::make_unique<SqsTarget>(core.http, core.clock, queue, process_environment()));
    }
  }
}

void build_desks(Core& core) {
  core.local_targets.push_back(std::make_unique<EmbeddedDesk>());
  core.local_targets.push_back(std::make_unique<Shadow>());
}

}  // namespace

void build_connectors(Core& core) {
  build_teams(core);
  build_queues(core);
  build_desks(core);
}

}  // namespace dw
