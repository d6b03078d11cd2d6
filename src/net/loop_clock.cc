// One alarm of the kernel (timerfd) for all timers: Asio's own count CLOCK_MONOTONIC, which stands
// still while the machine is suspended.
#include "net/loop_clock.h"

#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace dw {

struct LoopClock::Alarm {
  explicit Alarm(Loop& loop)
      : descriptor(loop, ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC)) {}
  asio::posix::stream_descriptor descriptor;
  Monotonic set_for{};
  uint64_t wait = 0;  // the wait that counts; those before it are forgotten
  bool is_waiting = false;
};

LoopClock::LoopClock(Loop& loop) : alarm_(std::make_unique<Alarm>(loop)) {}
LoopClock::~LoopClock() = default;

Monotonic boot_time() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return Monotonic(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

Clock::TimerId LoopClock::call_at(Monotonic when, std::function<void()> wake) {
  const TimerId id = ++last_id_;
  timers_.emplace(std::pair{when, id}, std::move(wake));
  when_.emplace(id, when);
  set_alarm();
  return id;
}

void LoopClock::cancel(TimerId timer) {
  const auto found = when_.find(timer);
  if (found == when_.end()) return;
  timers_.erase({found->second, timer});
  when_.erase(found);
  if (!timers_.empty() || !alarm_->is_waiting) return;
  // A loop on which nothing waits any more may end.
  alarm_->is_waiting = false;
  ++alarm_->wait;
  alarm_->descriptor.cancel();
}

/// Sees to it that the kernel wakes us for the earliest timer. An alarm that was set for one that
/// is gone by now rings in vain.
void LoopClock::set_alarm() {
  if (timers_.empty()) return;
  const Monotonic first = timers_.begin()->first.first;
  if (alarm_->is_waiting && alarm_->set_for <= first) return;
  alarm_->set_for = first;
  // All zeros would switch it off.
  const auto at = std::max(first.time_since_epoch(), Monotonic::duration(1));
  itimerspec ring{};
  ring.it_value.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(at).count();
  ring.it_value.tv_nsec = (at % std::chrono::seconds(1)).count();
  ::timerfd_settime(alarm_->descriptor.native_handle(), TFD_TIMER_ABSTIME, &ring, nullptr);
  if (alarm_->is_waiting) return;
  alarm_->is_waiting = true;
  alarm_->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                [this, wait = ++alarm_->wait](boost::system::error_code cancelled) {
                                  if (cancelled || wait != alarm_->wait) return;
                                  alarm_->is_waiting = false;
                                  wake_those_due();
                                  set_alarm();
                                });
}

void LoopClock::wake_those_due() {
  uint64_t rings = 0;
  if (::read(alarm_->descriptor.native_handle(), &rings, sizeof rings) < 0) rings = 0;
  const Monotonic now = monotonic();
  // Those that are added meanwhile get their turn behind what else the loop has to do.
  const TimerId newest = last_id_;
  while (!timers_.empty()) {
    const auto first = timers_.begin();
    const auto [when, id] = first->first;
    if (when > now || id > newest) break;
    const std::function<void()> wake = std::move(first->second);
    timers_.erase(first);
    when_.erase(id);
    wake();
  }
}

}  // namespace dw
