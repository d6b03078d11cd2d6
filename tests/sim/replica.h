// One process of Deskwire: the real engine and jobs, wired as app/ wires them, over the simulated
// store, clock and targets. Taking it apart is the crash: nothing of it runs to its end.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "connectors/embedded_desk/embedded_desk.h"
#include "connectors/embedded_queue/embedded_queue.h"
#include "engine/in_order.h"
#include "engine/inbox.h"
#include "engine/janitor.h"
#include "engine/outbox.h"
#include "engine/scheduler.h"
#include "jobs/bridge/bridge.h"
#include "jobs/bridge/waiting_target.h"
#include "jobs/desk/desk.h"
#include "jobs/intake/intake.h"
#include "jobs/notices/target.h"
#include "jobs/storm/matching.h"
#include "jobs/storm/storm.h"
#include "sim/courier.h"
#include "sim/outside.h"
#include "sim/sim_store.h"

namespace dw::sim {

/// The clock of one machine: its wall time may be off, and its timers die with it.
class MachineClock : public Clock {
 public:
  MachineClock(ManualClock& world, const Millis& wall_offset)
      : world_(world), wall_offset_(wall_offset) {}
  ~MachineClock() override;

  TimePoint now() const override { return world_.now() + wall_offset_; }
  Monotonic monotonic() const override { return world_.monotonic(); }
  TimerId call_at(Monotonic when, std::function<void()> wake) override;
  void cancel(TimerId timer) override;

 private:
  ManualClock& world_;
  const Millis& wall_offset_;
  TimerId last_ = 0;
  std::map<TimerId, TimerId> timers_;  // ours to the world's
};

struct ReplicaParts {
  ManualClock& clock;
  const Millis& wall_offset;
  Disk& disk;
  Story& story;
  Outside& outside;
  const StoreWeather& weather;
  MachineWatch& watch;
  Sender sender;
  OutboxSettings outbox;
  uint64_t seed = 0;
};

/// Members are in the order in which they are built. The loop is built early and so outlives all
/// that waits on it; what still waits is taken apart with it.
class Replica {
 public:
  explicit Replica(ReplicaParts parts);
  ~Replica();

  void start();
  /// Asks all to end, as SIGTERM does; is_idle() when they have.
  void stop();
  bool is_idle() const { return tasks.size() == 0; }
  void poll();
  /// Stopped, as by SIGSTOP, or going on.
  void set_paused(bool is_paused_now);

  Sender sender;
  size_t lanes_max;
  MachineClock clock;
  Loop loop;
  Random random;
  Metrics metrics;
  SimStore store;
  std::unique_ptr<TicketMatcher> matcher;
  Intake intake;
  Desk desk;
  Bridge bridge;
  Storm storm;
  NoticeJob telling{composer(), notices_per_commit};
  Courier courier;
  EmbeddedDesk own_desk;
  EmbeddedQueue own_queue{"low"};
  std::vector<std::unique_ptr<SimTarget>> targets;
  WaitingTarget waiting;
  TaskGroup tasks;
  InOrder in_order;
  Inbox inbox;
  std::unique_ptr<NoticeRuns> notices;
  NoticeTarget notice_target;
  Outbox outbox;
  Scheduler scheduler;
  Janitor janitor;
  bool is_paused = false;
  bool is_stopping = false;

 private:
  static Task<void> tick(Inbox& inbox, Clock& clock, std::string kind, TimePoint due);
};

}  // namespace dw::sim
