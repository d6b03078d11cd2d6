// Time, handed in. Wall time is whole milliseconds since 1970 UTC, as it is stored and printed;
// waits use the monotonic time, which no clock change moves.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dw {

using Millis = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Millis>;
using Monotonic = std::chrono::steady_clock::time_point;

class Clock {
 public:
  using TimerId = uint64_t;

  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual Monotonic monotonic() const = 0;
  /// Calls `wake` once, on the event loop's thread, when `when` has come.
  virtual TimerId call_at(Monotonic when, std::function<void()> wake) = 0;
  /// Forgets a timer; a timer that has fired is no error.
  virtual void cancel(TimerId timer) = 0;
};

/// A clock that stands until a test moves it. Timers fire inside advance(), in order of time.
class ManualClock : public Clock {
 public:
  explicit ManualClock(TimePoint start = TimePoint{Millis{1'795'000'000'000}}) : now_(start) {}

  TimePoint now() const override { return now_; }
  Monotonic monotonic() const override { return monotonic_; }
  TimerId call_at(Monotonic when, std::function<void()> wake) override;
  void cancel(TimerId timer) override;

  void advance(Millis by);
  /// Moves the wall clock alone, as an administrator or NTP would.
  void jump(Millis by) { now_ += by; }
  bool has_timer() const { return !timers_.empty(); }
  /// When the next timer is due; only if there is one.
  Monotonic next_timer() const { return timers_.begin()->first.first; }

 private:
  TimePoint now_;
  Monotonic monotonic_{};
  uint64_t last_id_ = 0;
  std::map<std::pair<Monotonic, TimerId>, std::function<void()>> timers_;
};

/// The wall clock for code that runs without an event loop (commands, the store's thread).
TimePoint system_now();

/// "2026-11-21T09:04:05.123Z"
std::string to_rfc3339(TimePoint at);
/// RFC 3339 with any offset and up to nine digits of a second, or a day ("2026-11-21": 00:00 UTC).
/// Digits beyond milliseconds are cut.
std::optional<TimePoint> from_rfc3339(std::string_view text);

}  // namespace dw
