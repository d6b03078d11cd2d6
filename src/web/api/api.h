// The API under /v1: one class, a file per noun. Every handler asks Access first, reads or hands
// an event to the inbox, and answers in the shapes of web/shapes.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "engine/inbox.h"
#include "engine/scheduler.h"
#include "jobs/volume/replay.h"
#include "net/http_server.h"
#include "ports/notices.h"
#include "ports/store.h"
#include "web/access.h"
#include "web/connector_states.h"
#include "web/deadlines.h"
#include "web/live_feed.h"
#include "web/shapes.h"
#include "web/store_watch.h"

namespace dw {

struct ApiParts {
  Store& store;
  Inbox& inbox;
  Clock& clock;
  Metrics& metrics;
  Access& access;
  const Scheduler& scheduler;
  LiveFeed& live;
  ShapeContext shapes;
  std::vector<QueueName> queues;
  const QueueDepths& outside_queues;
  const ConnectorStates& connectors;
  std::string version;
  TimePoint started_at{};
  /// Something needs the outbox: a delivery was retried.
  std::function<void()> lanes_changed;
  Notices& notices;
  Judging volume{};  ///< how hours are judged, as configured
  StoreWatch& watch;
  const Deadlines& deadlines;
};

class Api {
 public:
  explicit Api(ApiParts parts);
  /// Adds every route of /v1, and /healthz, /readyz, /metrics.
  void add_to(Routes& routes);

 private:
  using Method = Task<Response> (Api::*)(Request&);
  void add(Routes& routes, std::string method, std::string pattern, Method handler);
  /// Refuses parameters that no store can keep, and runs the handler.
  Task<Response> serve(Request& request, Method handler);

  // tickets.cc
  void add_tickets(Routes& routes);
  Task<Response> list_tickets(Request& request);
  Task<Response> show_ticket(Request& request);
  Task<Response> new_ticket(Request& request);
  Task<Response> new_comment(Request& request);
  Task<Response> change_ticket(Request& request);
  Task<Response> ticket_metrics(Request& request);
  struct Taken;
  Task<Response> take(const Request& request, const Caller& caller, Taken taken);

  // queues.cc
  void add_queues(Routes& routes);
  Task<Response> list_queues(Request& request);
  Task<Response> queue_depths(Request& request);
  Task<Response> peek_queue(Request& request);
  Task<Response> redrive_queue(Request& request);
  bool is_queue(std::string_view name) const;

  // deliveries.cc
  void add_deliveries(Routes& routes);
  Task<Response> list_deliveries(Request& request);
  Task<Response> retry_delivery(Request& request);
  Task<Response> discard_delivery(Request& request);

  // tally.cc
  void add_tally(Routes& routes);
  Task<Response> tally(Request& request);
  Task<Response> tally_updates(Request& request);
  TallyQuery tally_query(const Request& request, std::vector<Problem>& problems) const;
  // notices.cc
  void add_notices(Routes& routes);
  Task<Response> preview_notices(Request& request);
  Task<Response> list_notice_runs(Request& request);
  Task<Response> list_notice_letters(Request& request);
  Task<Response> plan_notices(Request& request);
  Task<Response> apply_notices(Request& request);
  Task<Response> why_notices(Request& request);
  // volume.cc
  void add_volume(Routes& routes);
  Task<Response> show_volume(Request& request);
  Task<Response> judge_incident(Request& request);

  // status.cc
  void add_status(Routes& routes);
  Task<Response> status(Request& request);
  Task<Response> audit(Request& request);
  Task<Response> healthz(Request& request);
  Task<Response> readyz(Request& request);
  Task<Response> metrics_text(Request& request);
  Task<Response> live(Request& request);
  Task<void> measure_backlog();

  ApiParts parts_;
};

/// The body as a JSON object. errors  invalid; `where` is "415" when the content type is not JSON;
///         with the fields whose text no store can keep exactly
Result<json::value> read_body(const Request& request);
/// Parameters of path and query that no store can keep exactly, or that can't be read.
std::vector<Problem> unstorable_parameters(const Request& request);
Response body_refusal(const Error& error);

/// limit and cursor of a list. Problems are added where a value is out of bounds.
PageRequest page_parameters(const Request& request, std::vector<Problem>& problems);
std::optional<TimePoint> time_parameter(const Request& request, std::string_view name,
                                        std::vector<Problem>& problems);
Response bad_parameters(std::vector<Problem> problems);
/// A ticket's number out of the path.
std::optional<int64_t> number_of(std::string_view text);

}  // namespace dw
