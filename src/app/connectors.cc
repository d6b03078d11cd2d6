#include "app/connectors.h"

#include "app/core.h"
#include "connectors/smtp/smtp.h"
#include "connectors/webhook/webhook.h"

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
}

void build_notice_targets(Core& core) {
  const NoticesSettings& notices = core.settings.notices;
  if (!notices.webhook_url.empty()) {
    core.targets.push_back(
        std::make_unique<WebhookTarget>(core.loop, core.http, core.clock, notices));
  }
  if (!core.settings.mail.url.empty()) {
    core.targets.push_back(std::make_unique<SmtpTarget>(core.loop, core.clock, core.settings.mail,
                                                        notices.rate_per_minute));
  }
}

}  // namespace

void build_connectors(Core& core) {
  build_teams(core);
  build_queues(core);
  build_desks(core);
  build_notice_targets(core);
}

}  // namespace dw
