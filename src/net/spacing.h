// So many a minute, evenly: each gets a place in time, in the order of asking.
#pragma once
#include <optional>

#include "net/wake.h"

namespace dw {

class Spacing {
 public:
  Spacing(Loop& loop, Clock& clock, int per_minute);
  /// Waits for a place; nothing if it would be later than `wait_max` from now, which it says.
  Task<std::optional<Millis>> wait(Millis wait_max);
  /// Nobody goes before that: the receiver asked for a pause.
  void pause(Millis length);

 private:
  Loop& loop_;
  Clock& clock_;
  Monotonic next_{};
  Millis between_;
};

}  // namespace dw
