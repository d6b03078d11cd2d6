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
      auto target =
          std::make_unique<SqsTarget>(core.http, core.clock, queue, process_environment());
      core.gauges.push_back(target.get());
      core.targets.push_back(std::move(target));
    }
  }
}

void build_desks(Core& core) {
  core.local_targets.push_back(std::make_unique<EmbeddedDesk>());
  core.local_targets.push_back(std::make_unique<Shadow>());
}

void build_slack(Core& core) {
  const SlackSettings& settings = core.settings.slack;
  if (!settings.is_given) return;
  auto slack = std::make_unique<SlackTarget>(core.http, core.loop, core.clock, settings);
  core.slack = slack.get();
  core.file_sources.push_back(&slack->files());
  core.targets.push_back(std::move(slack));
  if (settings.signing_secrets.empty()) return;  // a hook without a secret is not served
  using Kind = SlackHook::Kind;
  for (const Kind kind : {Kind::events, Kind::commands, Kind::interactive}) {
    core.slack_hooks.push_back(std::make_unique<SlackHook>(kind, core.slack->api()));
  }
}

/// When all who have files are there.
void share_files(Core& core) {
  if (core.slack != nullptr) core.slack->files().use(core.file_sources);
}

}  // namespace

void build_connectors(Core& core) {
  build_teams(core);
  build_queues(core);
  build_desks(core);
  build_slack(core);
  share_files(core);
}

}  // namespace dw
