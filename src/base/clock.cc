#include "base/clock.h"

#include <fmt/format.h>

namespace dw {

Clock::TimerId ManualClock::call_at(Monotonic when, std::function<void()> wake) {
  const TimerId id = ++last_id_;
  timers_.emplace(std::pair{when, id}, std::move(wake));
  return id;
}

void ManualClock::cancel(TimerId timer) {
  std::erase_if(timers_, [timer](const auto& entry) { return entry.first.second == timer; });
}

void ManualClock::advance(Millis by) {
  const Monotonic until = monotonic_ + by;
  while (!timers_.empty() && timers_.begin()->first.first <= until) {
    auto first = timers_.begin();
    const auto step = std::max(first->first.first - monotonic_, Monotonic::duration{});
    now_ += std::chrono::duration_cast<Millis>(step);
    monotonic_ += step;
    auto wake = std::move(first->second);
    timers_.erase(first);
    wake();
  }
  now_ += std::chrono::duration_cast<Millis>(until - monotonic_);
  monotonic_ = until;
}

TimePoint system_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

std::string to_rfc3339(TimePoint at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

}  // namespace dw
