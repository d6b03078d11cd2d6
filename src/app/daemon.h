// `deskwire serve`: the wiring of everything that runs, in the order of the floors, and its stop.
#pragma once
#include <memory>

#include "app/core.h"
#include "app/stats_files.h"
#include "connectors/slack/socket.h"
#include "connectors/zendesk/export.h"
#include "engine/janitor.h"
#include "engine/outbox.h"
#include "engine/scheduler.h"
#include "web/access.h"
#include "web/api/api.h"
#include "web/hooks.h"
#include "web/live_feed.h"
#include "web/sign_in/sign_in.h"
#include "web/sqs_endpoint/endpoint.h"

namespace dw {

class Daemon {
 public:
  explicit Daemon(std::unique_ptr<Core> core);
  ~Daemon();

  /// Runs until SIGTERM or SIGINT. The exit code: 0, or by the error that kept it from starting.
  int run();

 private:
  Result<std::string> start();
  void wire_notices();
  void start_schedules();
  void start_slack();
  void start_bridge();
  Task<void> tick(std::string kind, std::string key);
  void start_export();
  void catch_up();
  void start_tally();
  void start_notices();
  Task<void> run_notices();
  void start_volume();
  Task<void> look_at_volume(TimePoint due);
  Routes routes();
  ServerOptions server_options();
  void wait_for_signals();
  void reload();
  Task<void> stop();

  std::unique_ptr<Core> core_;
  struct Signals;
  std::unique_ptr<Signals> signals_;
  TimePoint started_at_ = system_now();
  TaskGroup tasks_;
  Outbox outbox_;
  Scheduler scheduler_;
  Janitor janitor_;
  QueueDepths depths_;
  StatsFiles stats_files_;
  LiveFeed live_;
  ConnectorStates states_;
  Sessions sessions_;
  Access access_;
  SignIn sign_in_;
  Hooks hooks_;
  SqsEndpoint sqs_;
  Api api_;
  std::unique_ptr<EventSink> export_sink_;
  std::unique_ptr<ZendeskExport> export_;  // null without zendesk.poll
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<EventSink> slack_sink_;
  std::unique_ptr<SlackSocket> slack_socket_;  // null: Socket Mode is not used
  bool is_stopping_ = false;
};

}  // namespace dw
