#include "net/async_event.h"

#include <boost/asio/redirect_error.hpp>

namespace dw {

AsyncEvent::AsyncEvent(Loop& loop, Clock& clock) : clock_(clock), timer_(loop) {}

void AsyncEvent::notify() {
  is_notified_ = true;
  timer_.cancel();
}

Task<void> AsyncEvent::wait(std::optional<Monotonic> until) {
  if (!is_notified_) {
    std::optional<Clock::TimerId> alarm;
    if (until) alarm = clock_.call_at(*until, [this] { notify(); });
    timer_.expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code cancelled;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (alarm) clock_.cancel(*alarm);
  }
  is_notified_ = false;
}

}  // namespace dw
