// What only a daemon knows: /v1/status, /v1/queues/depths, /v1/live, /healthz, /readyz, /metrics.
#include "jobs/notices/rows.h"
#include "records/activity.h"
#include "records/deliveries.h"
#include "records/key_values.h"
#include "records/paging.h"
#include "web/api/api.h"
#include "web/connector_titles.h"
#include "web/queue_shapes.h"
#include "web/status_shapes.h"

namespace dw {
namespace {

constexpr Millis past_fresh{2000};
constexpr size_t runs_looked_at = 5;

Response plain(int status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(body),
          .headers = {{"Cache-Control", "no-store"}},
          .stream = {}};
}

void show(const ShownQueue& queue, Metrics& metrics) {
  const auto set = [&](const char* metric, std::optional<int64_t> value) {
    metrics.set(metric, static_cast<double>(value.value_or(0)), {{"queue", queue.name}});
  };
  set("deskwire_queue_depth", queue.depth);
  set("deskwire_queue_in_flight", queue.in_flight);
  set("deskwire_queue_oldest_seconds", queue.oldest_seconds);
  set("deskwire_queue_dead", queue.dead);
}

double unix_seconds(const std::optional<TimePoint>& at) {
  if (!at) return 0;
  return std::chrono::duration<double>(at->time_since_epoch()).count();
}

void show_schedules(const std::vector<JobState>& jobs, Metrics& metrics) {
  const auto set = [&](const char* metric, const JobState& job, std::optional<TimePoint> at) {
    if (at) metrics.set(metric, unix_seconds(at), {{"job", job.name}});
  };
  for (const JobState& job : jobs) {
    set("deskwire_schedule_last_run_timestamp_seconds", job, job.last_run_at);
    set("deskwire_schedule_next_run_timestamp_seconds", job, job.next_run_at);
    set("deskwire_schedule_missed_timestamp_seconds", job, job.missed_at);
  }
}

}  // namespace

void Api::declare_metrics() {
  parts_.metrics.declare_gauge("deskwire_deliveries_open",
                               "Deliveries that are not over, by state");
  parts_.metrics.declare_gauge("deskwire_oldest_pending_delivery_seconds",
                               "Age of the oldest pending delivery");
  parts_.metrics.declare_gauge("deskwire_lanes", "Lanes that have something to send");
  parts_.metrics.declare_gauge("deskwire_longest_lane", "Open deliveries in the longest lane");
  parts_.metrics.declare_gauge("deskwire_events_parked", "Events parked because of a defect");
  parts_.metrics.declare_gauge("deskwire_queue_depth",
                               "Messages that can be received from an embedded queue, by queue");
  parts_.metrics.declare_gauge("deskwire_queue_in_flight",
                               "Messages of an embedded queue that a consumer has, by queue");
  parts_.metrics.declare_gauge("deskwire_queue_oldest_seconds",
                               "Age of the oldest message of an embedded queue, by queue");
  parts_.metrics.declare_gauge("deskwire_queue_dead",
                               "Messages in the dead-letter queue of an embedded queue, by queue");
  parts_.metrics.declare_gauge("deskwire_store_up", "1 while the store commits");
  parts_.metrics.declare_gauge("deskwire_connector_up", "1 while a connector works, by connector");
  parts_.metrics.declare_gauge("deskwire_connector_down_seconds",
                               "How long a connector has not worked; 0 while it does");
  parts_.metrics.declare_gauge("deskwire_schedule_last_run_timestamp_seconds",
                               "When this process last ran a schedule, by job");
  parts_.metrics.declare_gauge("deskwire_schedule_next_run_timestamp_seconds",
                               "When a schedule is due next, by job");
  parts_.metrics.declare_gauge("deskwire_schedule_missed_timestamp_seconds",
                               "The due time that a schedule missed and made up for, by job");
  parts_.metrics.declare_gauge("deskwire_last_backup_timestamp_seconds",
                               "When `deskwire store backup` last wrote a copy; 0: never");
  parts_.metrics.declare_gauge("deskwire_live_readers", "Open live streams");
  parts_.metrics.declare_gauge("deskwire_requests_given_up",
                               "Requests still running after their caller was answered 503");
}

/// What the store knows of connectors that this process has not used yet: it may have started a
/// moment ago, and a command of another process may have run the notices.
Task<void> Api::learn_past() {
  const Monotonic now = parts_.clock.monotonic();
  if (past_read_at_ && now - *past_read_at_ < past_fresh) co_return;
  past_read_at_ = now;
  if (!(co_await parts_.watch.trouble()).empty()) co_return;
  activity::LastTimes found;
  channel_names::Names channels;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(channels, channel_names::get(db));
    DW_TRY(found, activity::of_sources(db));
    DW_TRY(const activity::LastTimes targets, activity::of_targets(db));
    for (const auto& [name, at] : targets) {
      const auto label = parts_.shapes.target_labels.find(name);
      found[label == parts_.shapes.target_labels.end() ? name : label->second] = at;
    }
    PageRequest newest;
    newest.limit = runs_looked_at;
    DW_TRY(const Page<NoticeRun> runs, notices::runs(db, newest));
    for (const NoticeRun& run : runs.items) {
      if (!run.applied_at) continue;
      TimePoint& last = found["notices"];
      last = std::max(last, *run.applied_at);
    }
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return;
  past_successes_ = std::move(found);
  channels_ = std::move(channels);
}

Task<ApiAnswer> Api::status(Call& call) {
  co_await learn_past();
  std::vector<ConnectorState> connectors = parts_.connectors.list();
  for (ConnectorState& one : connectors) {
    one.title = connector_title(one.name, channels_);
    const auto past = past_successes_.find(one.name);
    if (past == past_successes_.end() || !one.is_ok || one.last_success_at) continue;
    one.last_success_at = past->second;
    one.detail.clear();
  }
  ShownStatus shown{.version = parts_.version,
                    .started_at = parts_.started_at,
                    .now = parts_.clock.now(),
                    .store = {std::string(parts_.store.kind()), parts_.store.health()},
                    .connectors = std::move(connectors),
                    .jobs = parts_.scheduler.states(),
                    .access = {parts_.access.mode(), call.caller.name, call.caller.role}};
  co_return shape_of(shown);
}

Task<ApiAnswer> Api::queue_depths(Call&) {
  Page<ShownQueueDepths> page;
  for (const QueueName& queue : parts_.queues) {
    QueueHistory::Depths known = parts_.live.history().of(queue.name);
    const TimePoint until = known.depths.empty() ? parts_.clock.now() : known.until;
    page.items.push_back(
        {queue.name, QueueHistory::every / Millis(1000), until, std::move(known.depths)});
  }
  co_return shape_of(page, parts_.shapes);
}

Task<ApiAnswer> Api::live(Call& call) {
  const bool is_renewed = parts_.access.mode() != Access::Mode::loopback;
  ApiAnswer answer;
  answer.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  answer.stream = parts_.live.stream(std::string(call.request.header("last-event-id")), is_renewed);
  co_return answer;
}

Task<Response> Api::healthz(Request&) {
  co_return plain(200, "ok\n");
}

Task<Response> Api::readyz(Request&) {
  const std::string trouble = co_await parts_.watch.trouble();
  if (trouble.empty()) co_return plain(200, "ready\n");
  Response response = plain(503, "store: " + trouble + "\n");
  response.headers.emplace_back("Retry-After", "1");
  co_return response;
}

Task<void> Api::measure_backlog() {
  BacklogMetrics backlog;
  std::optional<TimePoint> backup_at;
  const std::string trouble = co_await parts_.watch.trouble();
  std::vector<ShownQueue> queues;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(backlog, deliveries::backlog(db));
    DW_TRY(const StoredValue backup, key_values::get(db, "backup"));
    backup_at = from_rfc3339(backup.text);
    queues.clear();
    for (const QueueName& queue : parts_.queues) {
      if (queue.kind != "embedded") continue;
      DW_TRY(ShownQueue shown,
             read_queue(db, queue, QueueDepths(std::vector<QueueGauge*>()), parts_.clock.now()));
      queues.push_back(std::move(shown));
    }
    return {};
  };
  Metrics& metrics = parts_.metrics;
  // What does not need the store is shown all the more while it is silent.
  Result<void> read = Error{ErrorKind::full, "store", trouble};
  if (trouble.empty()) read = co_await parts_.store.read(work);
  metrics.set("deskwire_store_up", read.ok() ? 1 : 0);
  metrics.set("deskwire_requests_given_up", static_cast<double>(parts_.deadlines.given_up()));
  metrics.set("deskwire_live_readers", static_cast<double>(parts_.live.readers()));
  for (const ConnectorState& connector : parts_.connectors.list()) {
    metrics.set("deskwire_connector_up", connector.is_ok ? 1 : 0, {{"connector", connector.name}});
    const TimePoint since = connector.failing_since.value_or(parts_.clock.now());
    const std::chrono::duration<double> down = parts_.clock.now() - since;
    metrics.set("deskwire_connector_down_seconds", std::max(down.count(), 0.0),
                {{"connector", connector.name}});
  }
  show_schedules(parts_.scheduler.states(), metrics);
  if (!read.ok()) co_return;
  metrics.set("deskwire_last_backup_timestamp_seconds", unix_seconds(backup_at));
  for (const ShownQueue& queue : queues) show(queue, metrics);
  const auto as_number = [](int64_t value) { return static_cast<double>(value); };
  metrics.set("deskwire_deliveries_open", as_number(backlog.pending), {{"state", "pending"}});
  metrics.set("deskwire_deliveries_open", as_number(backlog.unsure), {{"state", "unsure"}});
  metrics.set("deskwire_deliveries_open", as_number(backlog.dead), {{"state", "dead"}});
  metrics.set("deskwire_lanes", as_number(backlog.lanes));
  metrics.set("deskwire_longest_lane", as_number(backlog.longest_lane));
  metrics.set("deskwire_events_parked", as_number(backlog.parked_events));
  double oldest = 0;
  if (backlog.oldest_pending_at) {
    const std::chrono::duration<double> age = parts_.clock.now() - *backlog.oldest_pending_at;
    oldest = std::max(age.count(), 0.0);
  }
  metrics.set("deskwire_oldest_pending_delivery_seconds", oldest);
}

Task<Response> Api::metrics_text(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  co_await measure_backlog();
  Response response = plain(200, parts_.metrics.text());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  co_return response;
}

}  // namespace dw
