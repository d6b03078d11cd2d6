// The system's time, with timers on the event loop.
#pragma once
#include <memory>
#include <unordered_map>

#include "net/task.h"

namespace dw {

class LoopClock : public Clock {
 public:
  explicit LoopClock(Loop& loop);
  ~LoopClock() override;

  TimePoint now() const override { return system_now(); }
  Monotonic monotonic() const override { return std::chrono::steady_clock::now(); }
  TimerId call_at(Monotonic when, std::function<void()> wake) override;
  void cancel(TimerId timer) override;

 private:
  struct Timer;
  Loop& loop_;
  TimerId last_id_ = 0;
  std::unordered_map<TimerId, std::unique_ptr<Timer>> timers_;
};

}  // namespace dw
