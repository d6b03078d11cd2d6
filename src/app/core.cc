#include "app/core.h"

#include "app/connectors.h"
#include "app/volume_round.h"

namespace dw {
namespace {

Result<void> build_jobs(Core& core) {
  core.jobs.push_back(std::make_unique<Intake>(IntakeParts{
      core.settings.intake, core.settings.queues, core.settings.routes, core.public_url}));
  core.jobs.push_back(std::make_unique<Desk>());
  DW_TRY(Judging judging, load_judging(core.settings));
  core.jobs.push_back(std::make_unique<Volume>(
      VolumeParts{core.settings.volume, std::move(judging), core.public_url}));
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

}  // namespace

std::vector<QueueName> Core::queue_names() const {
  std::vector<QueueName> out;
  for (const QueueSettings& queue : settings.queues) {
    out.push_back({queue.name, queue.is_embedded() ? "embedded" : "sqs"});
  }
  return out;
}

ShapeContext Core::shapes() const {
  ShapeContext context{public_url, {}};
  for (const auto& target : local_targets) context.target_labels[target->name()] = target->label();
  for (const auto& target : targets) context.target_labels[target->name()] = target->label();
  return context;
}

std::vector<Target*> Core::outside_targets() const {
  std::vector<Target*> out;
  for (const auto& target : targets) out.push_back(target.get());
  return out;
}

Result<std::unique_ptr<Core>> build_core(Settings settings, OpenMode mode) {
  auto core = std::make_unique<Core>();
  core->settings = std::move(settings);
  core->public_url = core->settings.public_url(core->settings.server.listen);
  Loop* loop = mode == OpenMode::serve ? &core->loop : nullptr;
  DW_TRY(core->store, open_store(core->settings.store.url, mode, loop));
  build_connectors(*core);
  DW_CHECK(build_jobs(*core));
  build_inbox(*core);
  return core;
}

}  // namespace dw
