// Due schedules become actions, each once per due time over all replicas. The store knows up to
// when the ticks of a job were run and which one is running: what fell due while nobody ran is run
// once at start, and what a replica died over is run by another. So an action may be begun twice,
// and must not mind; it never runs at two replicas at once, nor beside itself.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "domain/schedule.h"
#include "net/async_event.h"
#include "net/task_group.h"
#include "ports/store.h"

namespace dw {

struct ScheduledJob {
  std::string name;     ///< "retention"; of its own among the jobs of a store
  std::string written;  ///< the schedule as configured: "hourly :17"
  Schedule schedule;
  std::string timezone;  ///< IANA name
  /// What to do; `due` is the time that fell due, not the time it is. An exception out of it is a
  /// failure of this run, and of nothing else.
  std::function<Task<void>(TimePoint due)> action;
  /// Each replica does it for itself, as its figures; nothing is made up for.
  bool is_local = false;
};

/// What /v1/status shows.
struct JobState {
  std::string name, schedule;
  std::optional<TimePoint> next_run_at;
  std::optional<TimePoint> last_run_at;  ///< by this process
  std::optional<TimePoint> missed_at;    ///< fell due while nobody ran, and was run at start
};

class Scheduler {
 public:
  Scheduler(Loop& loop, Clock& clock, Store& store, Metrics& metrics, TaskGroup& tasks);

  void add(ScheduledJob job);
  void start();
  void stop();
  std::vector<JobState> states() const;

 private:
  struct Entry {
    ScheduledJob job;
    JobState state;
    bool is_running = false;  ///< here
    bool is_known = false;    ///< the store was asked since the start
    Monotonic renewed_at{};
  };
  /// What to run now, and why.
  struct Claim {
    std::optional<TimePoint> due;
    bool is_broken_off = false;  ///< a replica died over it
  };
  Task<void> run_until_stopped();
  Task<bool> look_at(size_t place);
  Task<bool> renew(size_t place);
  Task<Result<Claim>> claim(size_t place);
  void run(size_t place, const Claim& claimed);
  Task<void> run_action(size_t place, TimePoint due);
  Task<void> end_run(size_t place, TimePoint due);

  Loop& loop_;
  Clock& clock_;
  Store& store_;
  Metrics& metrics_;
  TaskGroup& tasks_;
  AsyncEvent wake_;
  std::vector<Entry> entries_;
  bool is_stopping_ = false;
};

}  // namespace dw
