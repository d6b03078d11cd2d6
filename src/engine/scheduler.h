// Due schedules become actions, each once per due time. Over replicas it is the action that makes
// it once: a tick event's key is its due time, and the store takes it from one of them.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/schedule.h"
#include "net/task_group.h"
#include "net/wake.h"

namespace dw {

struct ScheduledJob {
  std::string name;     ///< "retention"
  std::string written;  ///< the schedule as configured: "hourly :17"
  Schedule schedule;
  std::string timezone;  ///< IANA name
  /// What to do; `due` is the time that fell due, not the time it is.
  std::function<Task<void>(TimePoint due)> action;
};

/// What /v1/status shows.
struct JobState {
  std::string name, schedule;
  std::optional<TimePoint> next_run_at, last_run_at;
};

class Scheduler {
 public:
  Scheduler(Loop& loop, Clock& clock, TaskGroup& tasks);

  void add(ScheduledJob job);
  void start();
  void stop();
  std::vector<JobState> states() const;

 private:
  struct Entry {
    ScheduledJob job;
    JobState state;
  };
  Task<void> run_until_stopped();

  Clock& clock_;
  TaskGroup& tasks_;
  Wake wake_;
  std::vector<Entry> entries_;
  bool is_stopping_ = false;
};

}  // namespace dw
