#include "app/connectors.h"

#include "app/core.h"
#include "app/parts.h"
#include "connectors/opsgenie/opsgenie.h"
#include "connectors/pagerduty/pagerduty.h"
#include "connectors/roster/roster.h"
#include "connectors/smtp/smtp.h"
#include "connectors/webhook/webhook.h"
#include "connectors/zendesk/inbound.h"

namespace dw {
namespace {

void build_teams(Core& core) {
  for (const TeamsSettings& teams : core.settings.teams) {
    // A command that serves no hook runs without the secret.
    if (teams.secrets.empty()) continue;
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

void build_modules(Core& core) {
  ConnectorParts out;
  const ConnectorContext context{core.settings.own, core.loop,   core.clock,
                                 core.http,         *core.rates, core.metrics};
  for (const ConnectorModule& module : connector_modules()) module.build(context, out);
  for (auto& target : out.targets) core.targets.push_back(std::move(target));
  for (auto& target : out.local_targets) core.local_targets.push_back(std::move(target));
  for (auto& hook : out.hooks) core.hooks.push_back(std::move(hook));
}

void build_slack(Core& core) {
  const SlackSettings& settings = core.settings.slack;
  if (!settings.is_given) return;
  auto slack =
      std::make_unique<SlackTarget>(core.http, core.loop, core.clock, *core.rates, settings);
  core.slack = slack.get();
  core.file_sources.push_back(&slack->files());
  core.targets.push_back(std::move(slack));
  if (settings.signing_secrets.empty()) return;  // a hook without a secret is not served
  using Kind = SlackHook::Kind;
  for (const Kind kind : {Kind::events, Kind::older_events, Kind::commands, Kind::interactive}) {
    core.slack_hooks.push_back(std::make_unique<SlackHook>(kind, core.slack->api()));
  }
}

void build_zendesk(Core& core) {
  const ZendeskSettings& settings = core.settings.zendesk;
  if (!settings.is_configured) return;
  core.zendesk = std::make_unique<ZendeskClient>(core.http, core.loop, core.clock, *core.key_values,
                                                 *core.rates, settings);
  auto desk = std::make_unique<ZendeskDesk>(*core.zendesk);
  core.zendesk_desk = desk.get();
  core.file_sources.push_back(&desk->attachments());
  core.targets.push_back(std::move(desk));
  const bool is_loopback = core.settings.access.mode == AccessMode::loopback;
  if (settings.webhook_secrets.empty() && !is_loopback) return;
  // The last two are the older bot's: nothing has to be set up anew at Zendesk.
  for (const char* path : {"/hooks/zendesk", "/zendesk/webhook/", "/zendesk/email/webhook/"}) {
    core.hooks.push_back(std::make_unique<ZendeskHook>(settings.webhook_secrets, path));
  }
}

/// Who is to be mentioned must be known to Slack.
void add_oncall(Core& core, std::unique_ptr<OncallTarget> target, const OncallSettings& oncall) {
  if (core.slack != nullptr && oncall.has_notify) target->find_people_with(*core.slack);
  core.targets.push_back(std::move(target));
}

void build_oncall(Core& core) {
  for (const OncallSettings& oncall : core.settings.oncall) {
    switch (oncall.provider) {
      case OncallProvider::pagerduty:
        add_oncall(core, std::make_unique<PagerdutyOncall>(core.http, core.clock, oncall), oncall);
        break;
      case OncallProvider::opsgenie:
        add_oncall(core, std::make_unique<OpsgenieOncall>(core.http, core.clock, oncall), oncall);
        break;
      case OncallProvider::fixed:
        core.targets.push_back(
            std::make_unique<Roster>(core.clock, oncall, core.settings.hours.timezone));
        break;
    }
  }
}

void add_webhook(Core& core, WebhookSettings settings) {
  core.targets.push_back(std::make_unique<WebhookTarget>(core.loop, core.http, core.clock,
                                                         *core.rates, std::move(settings)));
}

void build_notice_targets(Core& core) {
  const NoticesSettings& notices = core.settings.notices;
  if (!notices.webhook_url.empty()) {
    add_webhook(core, {.name = "notices:webhook",
                       .url = notices.webhook_url,
                       .secret = notices.webhook_secret,
                       .is_idempotent = notices.is_idempotent_webhook,
                       .per_minute = notices.rate_per_minute});
  }
  if (!core.settings.mail.url.empty()) {
    core.targets.push_back(std::make_unique<SmtpTarget>(
        core.loop, core.clock, *core.rates, core.settings.mail, notices.rate_per_minute));
  }
}

/// A second alert is better than none: a doubtful one is sent again.
void build_volume_targets(Core& core) {
  const VolumeSettings& volume = core.settings.volume;
  if (!volume.is_on || volume.webhook_url.empty()) return;
  add_webhook(
      core,
      {.name = "volume:webhook", .url = volume.webhook_url, .secret = {}, .is_idempotent = true});
}

/// When all who have files are there.
void share_files(Core& core) {
  if (core.slack != nullptr) core.slack->files().use(core.file_sources);
  if (core.zendesk_desk != nullptr) core.zendesk_desk->files().use(core.file_sources);
}

}  // namespace

void build_connectors(Core& core) {
  build_teams(core);
  build_queues(core);
  build_modules(core);
  build_slack(core);
  build_zendesk(core);
  share_files(core);
  build_oncall(core);
  build_notice_targets(core);
  build_volume_targets(core);
}

}  // namespace dw
