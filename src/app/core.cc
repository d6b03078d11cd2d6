#include "app/core.h"

#include "app/connectors.h"
#include "app/parts.h"
#include "app/report.h"
#include "app/volume_files.h"
#include "jobs/bridge/waiting_target.h"
#include "jobs/storm/matching.h"
#include "jobs/volume/live.h"

namespace dw {

BridgeParts bridge_parts(const Core& core) {
  const Settings& settings = core.settings;
  const HoursSettings& hours = settings.hours;
  BridgeParts parts{.bridges = settings.bridges,
                    .oncall = {},
                    .hours = {},
                    .has_hours = hours.is_configured,
                    .hours_message = hours.message,
                    .timezone = hours.timezone,
                    .allowed_bots = {},
                    .summary = settings.summary,
                    .public_url = core.public_url,
                    .matcher = core.matcher.get()};
  auto office =
      OfficeHours::parse(hours.timezone, hours.days, hours.from, hours.to, hours.holidays);
  DW_ASSERT(office.ok(), "settings are checked before anything is built from them");
  for (const OncallSettings& one : settings.oncall) {
    parts.oncall[one.name] = {one.has_notify, one.has_assign};
  }
  parts.hours = std::move(*office);
  return parts;
}

namespace {

Result<void> build_jobs(Core& core) {
  core.matcher = storm_matcher(core.settings.own.get<StormSettings>());
  core.jobs.push_back(std::make_unique<Intake>(
      IntakeParts{core.settings.intake, core.settings.queues, core.settings.routes, core.public_url,
                  core.matcher.get()}));
  core.jobs.push_back(std::make_unique<Bridge>(bridge_parts(core)));
  const JobContext context{core.settings.own, core.settings.hours, core.public_url};
  for (const JobModule& module : job_modules()) {
    core.jobs.push_back(module.build(context));
    if (module.live_topic != nullptr) core.live_topics.push_back(module.live_topic(context));
    if (auto* tally = dynamic_cast<const Tally*>(core.jobs.back().get())) core.tally = tally;
  }
  core.notice_composer = std::make_unique<NoticeComposer>(core.settings.notices, core.settings.mail,
                                                          core.settings.hours.timezone);
  core.jobs.push_back(std::make_unique<NoticeJob>(*core.notice_composer));
  DW_TRY(core.judging, load_judging(core.settings));
  const ZendeskSettings& zendesk = core.settings.zendesk;
  core.jobs.push_back(
      std::make_unique<Volume>(VolumeParts{core.settings.volume, core.judging, core.public_url,
                                           zendesk.is_configured ? zendesk.url : ""}));
  core.live_topics.push_back(volume_topic(core.judging));
  return {};
}

void build_inbox(Core& core) {
  std::vector<const Job*> jobs;
  for (const auto& job : core.jobs) jobs.push_back(job.get());
  std::vector<LocalTarget*> local;
  for (const auto& target : core.local_targets) local.push_back(target.get());
  core.inbox = std::make_unique<Inbox>(*core.store, core.clock, core.metrics, std::move(jobs),
                                       std::move(local));
}

Task<Result<json::value>> accept_for_notices(Inbox& inbox, Event event) {
  DW_CO_TRY(Accepted accepted, co_await inbox.accept(std::move(event)));
  co_return std::move(accepted.reply);
}

void build_notices(Core& core) {
  core.google = std::make_unique<GoogleSignIn>(core.http, core.clock, core.settings.google);
  NoticeParts parts{
      .reading = {core.loop, *core.store, core.clock, *core.notice_composer,
                  [&core](const ReportVersion& wanted) { return open_report(core, wanted); }},
      .accept = [&core](Event event) { return accept_for_notices(*core.inbox, std::move(event)); },
      .reader = [&core] { return reader_of_report(core); },
      .cost_of_watch = [&core] { return cost_of_watch(core); }};
  core.notices = std::make_unique<NoticeRuns>(std::move(parts));
  if (!core.settings.notices.has_report()) return;
  core.targets.push_back(std::make_unique<NoticeTarget>(*core.notices, core.clock));
}

}  // namespace

std::vector<QueueName> Core::queue_names() const {
  std::vector<QueueName> out;
  for (const QueueSettings& queue : settings.queues) {
    out.push_back({queue.name, queue.is_embedded() ? "embedded" : "sqs"});
  }
  return out;
}

OperationsParts Core::operations_parts(const QueueDepths& outside_queues) {
  return {.store = *store,
          .inbox = *inbox,
          .clock = clock,
          .notices = *notices,
          .shapes = shapes(),
          .queues = queue_names(),
          .outside_queues = outside_queues,
          .volume = judging,
          .bridge = bridge_parts(*this),
          .lanes_changed = {}};
}

ShapeContext Core::shapes() const {
  ShapeContext context{.public_url = public_url, .timezone = settings.hours.timezone};
  for (const TallySettings& one : settings.own.get<Tallies>()) {
    context.tally_channels.push_back(one.channel);
  }
  for (const auto& target : local_targets) context.target_labels[target->name()] = target->label();
  for (const auto& target : targets) context.target_labels[target->name()] = target->label();
  return context;
}

std::vector<Target*> Core::outside_targets() const {
  std::vector<Target*> out;
  for (const auto& target : targets) out.push_back(target.get());
  return out;
}

std::vector<const HookSource*> Core::hook_sources() const {
  std::vector<const HookSource*> out;
  for (const auto& source : teams) out.push_back(source.get());
  for (const auto& source : slack_hooks) out.push_back(source.get());
  for (const auto& source : hooks) out.push_back(source.get());
  return out;
}

OutboxSettings Core::outbox_settings() const {
  const RetrySettings& retry = settings.retry;
  OutboxSettings out;
  out.backoff = {retry.first, retry.max, retry.give_up};
  // Most of a lane's time is waiting: for the disk, for its target, for its turn in a channel.
  out.lanes_max = 256;
  out.timeout = retry.timeout;
  out.holder = holder;
  // Its file is locked by this process; on PostgreSQL there may be replicas.
  out.is_alone = store->kind() == "sqlite";
  return out;
}

Result<std::unique_ptr<Core>> build_core(Settings settings, OpenMode mode) {
  auto core = std::make_unique<Core>();
  core->settings = std::move(settings);
  core->public_url = core->settings.public_url(core->settings.server.listen);
  Loop* loop = mode == OpenMode::serve ? &core->loop : nullptr;
  DW_TRY(core->store, open_store(core->settings.store.url, mode, loop));
  core->key_values = std::make_unique<StoredKeyValues>(*core->store, core->clock, core->holder);
  if (core->store->kind() == "sqlite") {
    core->rates = std::make_unique<MemoryRates>(core->clock);
  } else {
    core->rates = std::make_unique<StoreRates>(*core->store);
  }
  build_connectors(*core);
  DW_CHECK(build_jobs(*core));
  build_inbox(*core);
  build_notices(*core);
  core->targets.push_back(std::make_unique<WaitingTarget>(*core->store));
  return core;
}

}  // namespace dw
