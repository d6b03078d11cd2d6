// How fast an account may be asked: at most so many requests in any minute, and none before a
// time that it named.
#pragma once
#include <deque>
#include <optional>

#include "base/clock.h"

namespace dw {

class Pace {
 public:
  Pace(Clock& clock, size_t per_minute_max) : clock_(clock), per_minute_max_(per_minute_max) {}

  /// Nothing: the request may go, and counts. Else how long it has to wait.
  std::optional<Millis> take();
  /// After Retry-After: nothing goes for so long.
  void rest(Millis length);

 private:
  Clock& clock_;
  size_t per_minute_max_;
  std::deque<Monotonic> taken_;  // of the last minute, oldest first
  std::optional<Monotonic> rests_until_;
};

}  // namespace dw
