#include "app/schedules.h"

#include "app/bridge_metrics.h"
#include "app/probing.h"
#include "app/reminders.h"
#include "app/report.h"
#include "app/report_watch.h"
#include "app/self_watch.h"
#include "app/volume_files.h"
#include "base/duration.h"
#include "base/log.h"
#include "jobs/watch/section.h"

namespace dw {

Task<void> tick(Core& core, std::string kind, std::string key) {
  Event event{.source = "clock",
              .key = std::move(key),
              .kind = std::move(kind),
              .at = core.clock.now(),
              .body = json::object{}};
  const std::string what = event.kind;
  const Result<Accepted> accepted = co_await core.inbox->accept(std::move(event));
  if (!accepted.ok()) log_error(what, accepted.error().text());
}

Schedules::Schedules(Core& core, TaskGroup& tasks, Janitor& janitor, QueueDepths& depths,
                     ConnectorStates& states)
    : core_(core),
      tasks_(tasks),
      janitor_(janitor),
      depths_(depths),
      states_(states),
      scheduler_(core.loop, core.clock, *core.store, core.metrics, tasks),
      probes_(core.loop, core.clock) {}

void Schedules::stop() {
  scheduler_.stop();
  tasks_.run("stop probes", probes_.stop(Millis(0)));
}

void Schedules::add(const std::string& name, const std::string& when,
                    std::function<Task<void>(TimePoint due)> action, bool is_local) {
  Result<Schedule> schedule = Schedule::parse(when);
  DW_ASSERT(schedule.ok(), "a schedule is written here, or was checked with the settings");
  scheduler_.add(
      {name, when, *schedule, core_.settings.hours.timezone, std::move(action), is_local});
}

void Schedules::add_metrics() {
  if (!core_.gauges.empty()) {
    add(
        "queue depths", "* * * * *", [this](TimePoint) { return depths_.measure(); }, true);
    tasks_.run("queue depths", depths_.measure());
  }
  declare_bridge_metrics(core_.metrics);
  if (!core_.settings.bridges.empty()) {
    add(
        "bridge figures", "* * * * *", [this](TimePoint) { return measure_bridges(core_); }, true);
    tasks_.run("bridge figures", measure_bridges(core_));
  }
}

Task<void> Schedules::start_probes() {
  if (probes_.size() == 0) probes_.run("probes", watch_probes(core_, states_));
  co_return;
}

/// Each replica for itself: what it can reach, another may not.
void Schedules::add_watching() {
  add(
      "probes", "hourly :07", [this](TimePoint) { return start_probes(); }, true);
  tasks_.run("first probes", start_probes());
  if (core_.settings.own.get<WatchSettings>().notify.empty()) return;
  add(
      "watch", "* * * * *",
      [this](TimePoint due) { return look_at_self(core_, states_, scheduler_, due); }, true);
}

void Schedules::start() {
  const Settings& settings = core_.settings;
  add("retention", "hourly :17", [this](TimePoint) { return janitor_.sweep(); });
  if (janitor_.has_queues()) {
    add("queue retention", "* * * * *", [this](TimePoint) { return janitor_.expire_messages(); });
  }
  add_metrics();
  add_watching();
  if (!settings.summary.channel.empty() || !settings.summary.mail.empty()) {
    add("summary", settings.summary.schedule, [this](TimePoint due) {
      return tick(core_, "bridge.summary", "summary/" + to_rfc3339(due));
    });
  }
  if (has_reminders(settings)) {
    add("reminders", "* * * * *", [this](TimePoint due) { return remind_waiting(core_, due); });
  }
  tasks_.run("reminders", begin_reminders(core_));
  if (settings.notices.has_report()) add_notices();
  if (settings.volume.is_on) {
    add("volume", settings.volume.schedule, [this](TimePoint due) { return look_at_volume(due); });
  }
  scheduler_.start();
}

void Schedules::add_notices() {
  const NoticesSettings& settings = core_.settings.notices;
  if (!settings.schedule.empty()) {
    add("notices", settings.schedule,
        [this](TimePoint due) { return tick(core_, "notices.due", "notices/" + to_rfc3339(due)); });
  }
  if (settings.watch.count() > 0) {
    // Shared because an action is copied.
    auto looks = std::make_shared<SheetLooks>();
    scheduler_.add(
        {.name = std::string(report_watch_name),
         .written = "every " + format_duration(settings.watch),
         .schedule = Schedule::every(settings.watch),
         .timezone = core_.settings.hours.timezone,
         .action = [this, looks](TimePoint due) { return look_for_report(core_, *looks, due); }});
  }
  tasks_.run("notices resume", resume_notices());
}

/// What a process of an earlier release, or a person who discarded its delivery, left behind. A run
/// that goes on elsewhere is helped on.
Task<void> Schedules::resume_notices() {
  const Result<void> ended = co_await core_.notices->resume();
  if (!ended.ok()) log_warn("notices", ended.error().text());
}

/// An event like any other: its key is its due time, so that an hour is looked at once over all
/// replicas. What it asks, and what follows, is the engine's.
Task<void> Schedules::look_at_volume(TimePoint due) {
  Result<json::object> body = run_body(core_.settings.volume);
  if (!body.ok()) {
    log_error("volume", body.error().text());
    co_return;
  }
  Event event{.source = "clock",
              .key = "volume/" + to_rfc3339(due),
              .kind = std::string(volume_look_kind),
              .at = core_.clock.now(),
              .body = std::move(*body)};
  const Result<Accepted> seen = co_await core_.inbox->accept(std::move(event));
  if (!seen.ok()) {
    // The next look makes up for what was missed.
    log_warn("volume", seen.error().text());
    co_return;
  }
  log_info("volume", "looks", {{"id", to_text(seen->event)}, {"as", to_text(seen->reply)}});
}

}  // namespace dw
