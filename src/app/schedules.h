// What the daemon does by the clock: retention, figures, the summary, notices and the volume, each
// a line of /v1/status, in the configured time zone.
#pragma once
#include <string>

#include "app/core.h"
#include "engine/janitor.h"
#include "engine/scheduler.h"
#include "web/connector_states.h"
#include "web/queue_depths.h"

namespace dw {

/// Something fell due: an event whose key is its due time, so that replicas take it once. A
/// refusal is logged.
Task<void> tick(Core& core, std::string kind, std::string key);

class Schedules {
 public:
  Schedules(Core& core, TaskGroup& tasks, Janitor& janitor, QueueDepths& depths,
            ConnectorStates& states);

  /// Adds what the settings ask for, and starts. Figures are measured at once, too.
  void start();
  void stop();
  const Scheduler& scheduler() const { return scheduler_; }

 private:
  void add(const std::string& name, const std::string& when,
           std::function<Task<void>(TimePoint due)> action, bool is_local = false);
  void add_notices();
  void add_metrics();
  void add_watching();
  Task<void> start_probes();
  Task<void> resume_notices();
  Task<void> look_at_volume(TimePoint due);

  Core& core_;
  TaskGroup& tasks_;
  Janitor& janitor_;
  QueueDepths& depths_;
  ConnectorStates& states_;
  Scheduler scheduler_;
  TaskGroup probes_;  ///< they may wait for what does not answer, and a stop does not
};

}  // namespace dw
