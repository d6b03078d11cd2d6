// /v1/status, /v1/live, /healthz, /readyz and /metrics.
#include "base/log.h"
#include "web/api/api.h"
#include "web/problem.h"

namespace dw {
namespace {

Response plain(int status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(body),
          .headers = {{"Cache-Control", "no-store"}},
          .stream = {}};
}

json::object shape_of(const ConnectorState& connector) {
  return {{"name", connector.name},
          {"ok", connector.is_ok},
          {"detail", connector.detail},
          {"last_success_at", time_or_null(connector.last_success_at)}};
}

}  // namespace

void Api::add_status(Routes& routes) {
  add(routes, "GET", "/v1/status", &Api::status);
  add(routes, "GET", "/v1/audit", &Api::audit);
  add(routes, "GET", "/v1/live", &Api::live);
  add(routes, "GET", "/healthz", &Api::healthz);
  add(routes, "GET", "/readyz", &Api::readyz);
  add(routes, "GET", "/metrics", &Api::metrics_text);
  parts_.metrics.declare_gauge("deskwire_deliveries_open",
                               "Deliveries that are not over, by state");
  parts_.metrics.declare_gauge("deskwire_oldest_pending_delivery_seconds",
                               "Age of the oldest pending delivery");
  parts_.metrics.declare_gauge("deskwire_lanes", "Lanes that have something to send");
  parts_.metrics.declare_gauge("deskwire_longest_lane", "Open deliveries in the longest lane");
  parts_.metrics.declare_gauge("deskwire_events_parked", "Events that a defect kept from a plan");
  parts_.metrics.declare_gauge("deskwire_store_up", "1 while the store commits");
  parts_.metrics.declare_gauge("deskwire_connector_up", "1 while a connector works, by connector");
  parts_.metrics.declare_gauge("deskwire_live_readers", "Open live streams");
  parts_.metrics.declare_gauge("deskwire_requests_given_up",
                               "Requests that go on after their caller was told to come again");
}

Task<Response> Api::status(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  const TimePoint now = parts_.clock.now();
  json::array connectors;
  for (const ConnectorState& connector : parts_.connectors.list()) {
    connectors.push_back(shape_of(connector));
  }
  json::array jobs;
  for (const JobState& job : parts_.scheduler.states()) {
    jobs.push_back(json::object{{"name", job.name},
                                {"schedule", job.schedule},
                                {"next_run_at", time_or_null(job.next_run_at)},
                                {"last_run_at", time_or_null(job.last_run_at)},
                                {"missed_at", time_or_null(job.missed_at)}});
  }
  const StoreHealth health = parts_.store.health();
  const auto uptime = std::chrono::floor<std::chrono::seconds>(now - parts_.started_at);
  co_return json_answer(
      200,
      json::object{{"version", parts_.version},
                   {"started_at", to_rfc3339(parts_.started_at)},
                   {"uptime_seconds", uptime.count()},
                   {"store", json::object{{"kind", parts_.store.kind()},
                                          {"ok", health.is_ok},
                                          {"detail", health.detail}}},
                   {"connectors", std::move(connectors)},
                   {"jobs", std::move(jobs)},
                   {"access", json::object{{"mode", json::string(name_of(parts_.access.mode()))},
                                           {"name", caller->name},
                                           {"role", json::string(name_of(caller->role))}}}});
}

Task<Response> Api::audit(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::admin);
  if (!caller.ok()) co_return refusal(caller.error());
  std::vector<Problem> problems;
  PageRequest page = page_parameters(request, problems);
  if (!problems.empty()) co_return bad_parameters(std::move(problems));
  std::vector<AuditEntry> entries;
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(entries, reader.audit(page));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return problem(read.error());
  json::array items;
  for (const AuditEntry& entry : entries) {
    items.push_back(json::object{{"id", entry.id},
                                 {"at", to_rfc3339(entry.at)},
                                 {"who", entry.who},
                                 {"what", entry.what},
                                 {"subject", entry.subject}});
  }
  const bool is_last = entries.size() < page.limit;
  co_return json_answer(
      200, page_of(std::move(items), is_last ? "" : std::to_string(entries.back().id)));
}

Task<Response> Api::live(Request& request) {
  const Result<Caller> caller = co_await parts_.access.admit(request, Role::viewer);
  if (!caller.ok()) co_return refusal(caller.error());
  const bool is_renewed = parts_.access.mode() != Access::Mode::loopback;
  co_return parts_.live.stream(std::string(request.header("last-event-id")), is_renewed);
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
  BacklogFigures backlog;
  const std::string trouble = co_await parts_.watch.trouble();
  auto work = [&](Reader& reader) -> Result<void> {
    DW_TRY(backlog, reader.backlog());
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
  }
  if (!read.ok()) co_return;
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
