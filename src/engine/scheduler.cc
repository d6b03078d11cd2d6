#include "engine/scheduler.h"

#include "base/log.h"

namespace dw {
namespace {

/// A wall clock may be set while we wait: look again at least this often.
constexpr Millis look_again{30'000};

}  // namespace

Scheduler::Scheduler(Loop& loop, Clock& clock, TaskGroup& tasks)
    : clock_(clock), tasks_(tasks), wake_(loop, clock) {}

void Scheduler::add(ScheduledJob job) {
  JobState state{job.name, job.written, job.schedule.next_after(clock_.now(), job.timezone), {}};
  entries_.push_back({std::move(job), std::move(state)});
}

void Scheduler::start() {
  tasks_.run("scheduler", run_until_stopped());
}

void Scheduler::stop() {
  is_stopping_ = true;
  wake_.notify();
}

std::vector<JobState> Scheduler::states() const {
  std::vector<JobState> out;
  for (const Entry& entry : entries_) out.push_back(entry.state);
  return out;
}

Task<void> Scheduler::run_until_stopped() {
  while (!is_stopping_) {
    Millis wait = look_again;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const TimePoint now = clock_.now();
      JobState& state = entries_[i].state;
      if (!state.next_run_at) continue;
      if (*state.next_run_at > now) {
        wait = std::min(wait, *state.next_run_at - now);
        continue;
      }
      const TimePoint due = *state.next_run_at;
      const ScheduledJob& job = entries_[i].job;
      // Times missed while the process slept are one run, not many.
      state.next_run_at = job.schedule.next_after(now, job.timezone);
      state.last_run_at = now;
      log_debug("scheduler", "due", {{"job", job.name}, {"at", to_rfc3339(due)}});
      tasks_.run("job " + job.name, job.action(due));
      if (state.next_run_at) wait = std::min(wait, *state.next_run_at - now);
    }
    co_await wake_.wait(clock_.monotonic() + std::max(wait, Millis(1)));
  }
}

}  // namespace dw
