#include "engine/scheduler.h"

#include "base/json.h"
#include "base/log.h"
#include "records/key_values.h"

namespace dw {
namespace {

/// A wall clock may be set while we wait: look again at least this often.
constexpr Millis look_again{30'000};
/// While the store can't say whose tick it is.
constexpr Millis store_pause{1000};
/// A run is somebody's for this long without a sign of life.
constexpr Millis run_lease{90'000};
/// What is said of a tick that came this late, when a process starts.
constexpr Millis late_min{60'000};
constexpr int claim_tries_max = 3;

std::string row_of(const ScheduledJob& job) {
  return "schedule:" + job.name;
}

/// What the store knows of a job.
struct Progress {
  std::optional<TimePoint> through;  ///< ticks up to then were run, or are running
  std::optional<TimePoint> running;  ///< the tick that is running
  TimePoint running_until{};         ///< the end of its lease

  std::string text(const ScheduledJob& job) const {
    json::object out{{"schedule", job.written}, {"through", to_rfc3339(through.value())}};
    if (running) {
      out["running"] = to_rfc3339(*running);
      out["until"] = to_rfc3339(running_until);
    }
    return to_text(out);
  }
};

/// A job that is new, or was configured anew, has no progress: it has missed nothing.
Progress progress_in(const StoredValue& kept, const ScheduledJob& job) {
  const Result<json::value> parsed = parse_json(kept.text);
  if (!parsed.ok()) return {};
  const JsonView view(*parsed);
  if (view["schedule"].text() != job.written) return {};
  const auto time_at = [&view](const char* key) {
    return from_rfc3339(view[key].text().value_or(""));
  };
  return {time_at("through"), time_at("running"), time_at("until").value_or(TimePoint{})};
}

}  // namespace

Scheduler::Scheduler(Loop& loop, Clock& clock, Store& store, Metrics& metrics, TaskGroup& tasks)
    : loop_(loop),
      clock_(clock),
      store_(store),
      metrics_(metrics),
      tasks_(tasks),
      wake_(loop, clock) {
  metrics_.declare_counter("deskwire_scheduled_failures_total",
                           "Runs of scheduled jobs that ended with a defect, by job");
}

void Scheduler::add(ScheduledJob job) {
  JobState state{
      job.name, job.written, job.schedule.next_after(clock_.now(), job.timezone), {}, {}};
  entries_.push_back({.job = std::move(job), .state = std::move(state)});
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
    for (size_t i = 0; i < entries_.size() && !is_stopping_; ++i) {
      if (!co_await look_at(i)) wait = store_pause;
      const auto next = entries_[i].state.next_run_at;
      if (next) wait = std::min(wait, std::max(*next - clock_.now(), Millis(1)));
    }
    if (is_stopping_) break;
    co_await wake_.wait(clock_.monotonic() + wait);
  }
}

/// False: the store could not be asked, and what is due stays due.
Task<bool> Scheduler::look_at(size_t place) {
  if (entries_[place].is_running) co_return co_await renew(place);
  const TimePoint now = clock_.now();
  const auto next = entries_[place].state.next_run_at;
  if (entries_[place].job.is_local) {
    if (next && *next <= now) run(place, {*next, false});
    co_return true;
  }
  const Result<Claim> claimed = co_await claim(place);
  if (!claimed.ok()) co_return false;
  if (claimed->due) {
    run(place, *claimed);
  } else if (next && *next <= now) {
    // Another replica has it.
    Entry& entry = entries_[place];
    entry.state.next_run_at = entry.job.schedule.next_after(now, entry.job.timezone);
  }
  entries_[place].is_known = true;
  co_return true;
}

/// A run that lasts is renewed, or another replica would begin it too.
Task<bool> Scheduler::renew(size_t place) {
  Entry& entry = entries_[place];
  // Its next tick waits for its end.
  if (entry.state.next_run_at && *entry.state.next_run_at <= clock_.now()) {
    entry.state.next_run_at = entry.job.schedule.next_after(clock_.now(), entry.job.timezone);
  }
  if (entry.job.is_local || entry.renewed_at + run_lease / 3 > clock_.monotonic()) co_return true;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(const StoredValue kept, key_values::get(db, row_of(entries_[place].job)));
    Progress progress = progress_in(kept, entries_[place].job);
    if (!progress.running) return {};
    progress.running_until = clock_.now() + run_lease;
    return key_values::set(db, row_of(entries_[place].job), progress.text(entries_[place].job),
                           kept.version);
  };
  const Result<void> renewed = co_await store_.write(work);
  if (renewed.ok()) entries_[place].renewed_at = clock_.monotonic();
  co_return renewed.ok();
}

Task<Result<Scheduler::Claim>> Scheduler::claim(size_t place) {
  const ScheduledJob& job = entries_[place].job;
  Claim out;
  bool is_new = false;
  const auto look = [&](const StoredValue& kept, TimePoint now) {
    out = {};
    const Progress progress = progress_in(kept, job);
    is_new = !progress.through;
    if (is_new || (progress.running && progress.running_until >= now)) return;
    out.is_broken_off = progress.running.has_value();
    out.due = progress.running ? progress.running
                               : job.schedule.next_after(*progress.through, job.timezone);
    if (out.due && *out.due > now) out = {};
  };
  auto read = [&](ReadDb& db) -> Result<void> {
    DW_TRY(const StoredValue kept, key_values::get(db, row_of(job)));
    look(kept, clock_.now());
    return {};
  };
  auto take = [&](Db& db) -> Result<void> {
    const TimePoint now = clock_.now();
    DW_TRY(const StoredValue kept, key_values::get(db, row_of(job)));
    look(kept, now);
    if (!is_new && !out.due) return {};
    Progress next{.through = now, .running = out.due, .running_until = now + run_lease};
    if (out.is_broken_off) next.through = progress_in(kept, job).through;
    return key_values::set(db, row_of(job), next.text(job), kept.version);
  };
  DW_CO_CHECK(co_await store_.read(read));
  if (!is_new && !out.due) co_return out;
  for (int tries = 0;; ++tries) {
    const Result<void> taken = co_await store_.write(take);
    if (taken.ok()) co_return out;
    // Another replica has written at the same instant: what it wrote decides.
    const bool is_race = taken.error().kind == ErrorKind::conflict;
    if (is_race && tries + 1 < claim_tries_max) continue;
    log_warn("scheduler", taken.error().text(), {{"job", job.name}});
    co_return taken.error();
  }
}

void Scheduler::run(size_t place, const Claim& claimed) {
  Entry& entry = entries_[place];
  const TimePoint now = clock_.now(), due = *claimed.due;
  const bool is_late = !entry.job.is_local && !entry.is_known && due + late_min <= now;
  entry.state.next_run_at = entry.job.schedule.next_after(now, entry.job.timezone);
  entry.state.last_run_at = now;
  entry.is_running = true;
  entry.renewed_at = clock_.monotonic();
  const LogFields fields = {{"job", entry.job.name}, {"due", to_rfc3339(due)}};
  if (claimed.is_broken_off) {
    log_warn("scheduler", "a replica stopped during a run; running it again", fields);
  } else if (is_late) {
    entry.state.missed_at = due;
    log_info("scheduler", "missed while no replica was running; running it once now", fields);
  } else {
    log_debug("scheduler", "due", fields);
  }
  tasks_.run("job " + entry.job.name, run_action(place, due));
}

Task<void> Scheduler::run_action(size_t place, TimePoint due) {
  std::string defect;
  try {
    co_await entries_[place].job.action(due);
  } catch (const boost::system::system_error& failed) {
    if (failed.code() == asio::error::operation_aborted) throw;
    defect = failed.what();
  } catch (const std::exception& thrown) {
    defect = thrown.what();
  }
  const std::string name = entries_[place].job.name;
  if (!defect.empty()) {
    log_error("scheduler", "a defect in a scheduled job: " + defect, {{"job", name}});
    metrics_.add("deskwire_scheduled_failures_total", {{"job", name}});
  }
  if (!entries_[place].job.is_local) co_await end_run(place, due);
  entries_[place].is_running = false;
  wake_.notify();
}

Task<void> Scheduler::end_run(size_t place, TimePoint due) {
  const ScheduledJob& job = entries_[place].job;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(const StoredValue kept, key_values::get(db, row_of(job)));
    Progress progress = progress_in(kept, job);
    if (progress.running != due) return {};
    progress.running.reset();
    return key_values::set(db, row_of(job), progress.text(job), kept.version);
  };
  Result<void> written = co_await store_.write(work);
  while (!written.ok() && !is_stopping_) {
    AsyncEvent pause(loop_, clock_);
    co_await pause.wait(clock_.monotonic() + store_pause);
    written = co_await store_.write(work);
  }
}

}  // namespace dw
