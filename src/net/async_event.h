// AsyncEvent: a waiting task and those who wake it, on one loop. A notice given while nobody waits
// is kept, so none is lost; several are one.
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "net/task.h"

namespace dw {

class AsyncEvent {
 public:
  AsyncEvent(Loop& loop, Clock& clock);

  /// On the loop's thread only; from another thread, post() it there.
  void notify();
  /// Returns at a notice, or when `until` has come on the clock. One task waits at a time.
  Task<void> wait(std::optional<Monotonic> until = {});

 private:
  Clock& clock_;
  asio::steady_timer timer_;  // never expires by itself: the clock that was handed in decides
  bool is_notified_ = false;
};

}  // namespace dw
