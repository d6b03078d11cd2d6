#include "app/self_watch.h"

#include <fmt/format.h>

#include "app/report_watch.h"
#include "base/log.h"
#include "jobs/watch/watch.h"

namespace dw {
namespace {

constexpr Millis down_after{10 * 60'000};

json::array down_connectors(const ConnectorStates& states, TimePoint now) {
  json::array out;
  for (const ConnectorState& one : states.list()) {
    if (one.is_ok || !one.failing_since || *one.failing_since + down_after > now) continue;
    out.push_back(json::object{
        {"name", one.name}, {"detail", one.detail}, {"since", to_rfc3339(*one.failing_since)}});
  }
  return out;
}

json::array missed_jobs(const Scheduler& scheduler) {
  json::array out;
  for (const JobState& job : scheduler.states()) {
    // Housekeeping or a look that ran late is nobody's trouble.
    const bool is_internal =
        job.name.find("retention") != std::string::npos || job.name == report_watch_name;
    if (!job.missed_at || is_internal) continue;
    json::object one{{"job", job.name}, {"due", to_rfc3339(*job.missed_at)}};
    if (job.last_run_at) one["ran"] = to_rfc3339(*job.last_run_at);
    out.push_back(std::move(one));
  }
  return out;
}

json::object body_of(Core& core, const ConnectorStates& states, const Scheduler& scheduler) {
  json::array queues;
  for (const QueueName& queue : core.queue_names()) {
    if (queue.kind != "embedded") continue;
    queues.emplace_back(queue.name);
    queues.emplace_back(queue.name + "-dead");
  }
  return {{"connectors", down_connectors(states, core.clock.now())},
          {"missed", missed_jobs(scheduler)},
          {"queues", std::move(queues)},
          {"is_file", core.store->kind() == "sqlite"}};
}

const Watch* watch_of(const Core& core) {
  for (const auto& job : core.jobs) {
    if (const auto* watch = dynamic_cast<const Watch*>(job.get())) return watch;
  }
  return nullptr;
}

}  // namespace

Task<void> look_at_self(Core& core, const ConnectorStates& states, const Scheduler& scheduler,
                        TimePoint due) {
  const Watch* watch = watch_of(core);
  DW_ASSERT(watch != nullptr, "app/parts.cc lists the watch");
  Event event{.source = "clock",
              .key = fmt::format("watch/{}/{}", core.holder, to_rfc3339(due)),
              .kind = std::string(watch_look_kind),
              .at = core.clock.now(),
              .body = body_of(core, states, scheduler)};
  bool has_news = false;
  auto look = [&](ReadDb& db) -> Result<void> {
    DW_TRY(const WatchView view, watch->read(event, db));
    has_news = watch->has_news(event, view);
    return {};
  };
  const Result<void> seen = co_await core.store->look(look);
  if (seen.ok() && !has_news) co_return;
  // A store that is silent can keep no message either; its connector state says so.
  if (!seen.ok()) co_return log_warn("watch", seen.error().text());
  const Result<Accepted> accepted = co_await core.inbox->accept(std::move(event));
  if (!accepted.ok()) log_warn("watch", accepted.error().text());
}

}  // namespace dw
