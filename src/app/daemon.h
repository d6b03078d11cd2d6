// `deskwire serve`: what runs, in the order in which it is built, its start and its stop. What it
// does by the clock is in timetable, what it hears by itself in listeners, what answers over HTTP
// in faces.
#pragma once
#include <memory>

#include "app/core.h"
#include "app/http_routes.h"
#include "app/inbound.h"
#include "app/schedules.h"
#include "app/stats_files.h"
#include "app/storm_looks.h"
#include "engine/in_order.h"
#include "engine/janitor.h"
#include "engine/outbox.h"
#include "web/live_feed.h"

namespace dw {

class Daemon {
 public:
  explicit Daemon(std::unique_ptr<Core> core);
  ~Daemon();

  /// Runs until SIGTERM or SIGINT. The exit code: 0, or by the error that kept it from starting.
  int run();

 private:
  Result<std::string> start();
  void wire();
  void start_tally();
  void wait_for_signals();
  void reload();
  Task<void> stop();

  std::unique_ptr<Core> core_;
  struct Signals;
  std::unique_ptr<Signals> signals_;
  TaskGroup tasks_;
  InOrder in_order_;
  Outbox outbox_;
  Janitor janitor_;
  QueueDepths depths_;
  StatsFiles stats_files_;
  LiveFeed live_;
  ConnectorStates states_;
  Schedules schedules_;
  StormLooks storm_looks_;
  Inbound inbound_;
  HttpRoutes routes_;
  bool is_stopping_ = false;
};

}  // namespace dw
