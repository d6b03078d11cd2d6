// The system's time, with timers on the event loop. Its monotonic time goes on while the machine is
// suspended (CLOCK_BOOTTIME): a lease that another machine counts does not stand still with us.
#pragma once
#include <map>
#include <memory>
#include <utility>

#include "net/task.h"

namespace dw {

/// Goes on while the machine is suspended. On any thread.
Monotonic boot_time();

class LoopClock : public Clock {
 public:
  explicit LoopClock(Loop& loop);
  ~LoopClock() override;

  TimePoint now() const override { return system_now(); }
  Monotonic monotonic() const override { return boot_time(); }
  TimerId call_at(Monotonic when, std::function<void()> wake) override;
  void cancel(TimerId timer) override;

 private:
  struct Alarm;
  void set_alarm();
  void wake_those_due();

  std::unique_ptr<Alarm> alarm_;
  TimerId last_id_ = 0;
  std::map<std::pair<Monotonic, TimerId>, std::function<void()>> timers_;
  std::map<TimerId, Monotonic> when_;  // the same timers by id
};

}  // namespace dw
