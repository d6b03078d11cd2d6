// The HTTP face of the operations: one route for each that somebody performs, with its role asked
// of Access first; what an operation answers becomes JSON, what it refuses a problem. Besides, what
// only a daemon knows: its status, the live stream, depths over time, health and metrics.
#pragma once
#include <functional>
#include <string>

#include "base/metrics.h"
#include "engine/scheduler.h"
#include "net/http_server.h"
#include "records/channel_names.h"
#include "web/access.h"
#include "web/api/operations.h"
#include "web/connector_states.h"
#include "web/deadlines.h"
#include "web/desk_history.h"
#include "web/live_feed.h"
#include "web/store_watch.h"

namespace dw {

struct ApiParts {
  Operations& operations;
  Store& store;
  Clock& clock;
  Metrics& metrics;
  Access& access;
  const Scheduler& scheduler;
  LiveFeed& live;
  ShapeContext shapes;
  std::vector<QueueName> queues;
  const ConnectorStates& connectors;
  std::string version;
  TimePoint started_at{};
  StoreWatch& watch;
  const Deadlines& deadlines;
  DetectorConfig volume{};  ///< how hours are judged
  BridgeParts bridge{};     ///< what waiting times count by
  /// After so many seconds a first reply is late; absent: as the past has it.
  std::optional<double> late_after{};
  bool is_volume_own = false;  ///< its hours are those of tickets that were opened here
};

class Api {
 public:
  explicit Api(ApiParts parts);
  /// Adds a route for every operation that has a handler, and /healthz, /readyz, /metrics.
  void add_to(Routes& routes);
  /// Reads the weeks that numbers of today are compared with, before anybody asks for them.
  Task<void> learn_history();

 private:
  Task<Response> serve(const Operation& operation, Request& request);

  // status.cc
  using Method = Task<ApiAnswer> (Api::*)(Call&);
  void add_own(std::string_view id, Method method);
  void declare_metrics();
  Task<ApiAnswer> status(Call& call);
  Task<void> learn_past();
  Task<ApiAnswer> queue_depths(Call& call);
  Task<ApiAnswer> live(Call& call);
  // now.cc
  Task<ApiAnswer> now(Call& call);
  Task<Result<void>> read_older(TimePoint now, Millis budget);

  Task<Response> healthz(Request& request);
  Task<Response> readyz(Request& request);
  Task<Response> metrics_text(Request& request);
  Task<void> measure_backlog();

  ApiParts parts_;
  DeskHistory history_;
  std::optional<double> late_after_;  ///< seconds, as history_ last said
  /// By name of the connector: when it last worked before this process knew of it.
  std::map<std::string, TimePoint> past_successes_;
  channel_names::Names channels_;
  std::optional<Monotonic> past_read_at_;
};

/// An answer as HTTP says it.
Response response_of(ApiAnswer answer, const Operation& operation);

}  // namespace dw
