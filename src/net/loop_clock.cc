#include "net/loop_clock.h"

#include <boost/asio/steady_timer.hpp>

namespace dw {

struct LoopClock::Timer {
  asio::steady_timer timer;
};

LoopClock::LoopClock(Loop& loop) : loop_(loop) {}
LoopClock::~LoopClock() = default;

Clock::TimerId LoopClock::call_at(Monotonic when, std::function<void()> wake) {
  const TimerId id = ++last_id_;
  auto made = std::make_unique<Timer>(Timer{asio::steady_timer(loop_, when)});
  made->timer.async_wait([this, id, wake = std::move(wake)](boost::system::error_code cancelled) {
    if (cancelled) return;
    timers_.erase(id);
    wake();
  });
  timers_.emplace(id, std::move(made));
  return id;
}

void LoopClock::cancel(TimerId timer) {
  timers_.erase(timer);
}

}  // namespace dw
