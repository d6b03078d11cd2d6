// So many a minute, evenly: each gets a place in time, in the order of asking.
#pragma once
#include <optional>

#include "net/wake.h"

namespace dw {

class Spacing {
 public:
  Spacing(Loop& loop, Clock& clock, int per_minute);
  /// Waits for a place: no longer than `wait_max`, and behind one other at most. Whoever waits here
  /// has been noted as begun, and would be in doubt after a crash; the rest are told when to come
  /// again, each at a time of its own.
  Task<std::optional<Millis>> wait(Millis wait_max);
  /// Nobody goes before that: the receiver asked for a pause.
  void pause(Millis length);

 private:
  Loop& loop_;
  Clock& clock_;
  Monotonic next_{};      // the first free place
  Monotonic promised_{};  // the last time that somebody was told to come again
  Millis between_;
};

}  // namespace dw
