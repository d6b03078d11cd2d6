// Slack's limits: calls a minute by method and one message a second by channel (docs.slack.dev,
// "Rate limits", read 2026-11). A call books its turn before it is made.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace dw {

class SlackLimits {
 public:
  /// How long the call has to wait for its turn; the turn is booked. `channel` is given where the
  /// call shows something in it.
  /// errors  busy, with `when`: the turn would come later than `patience`; nothing is booked
  Result<Millis> book(std::string_view method, std::string_view channel, Monotonic now,
                      Millis patience);
  /// Slack said Retry-After: nothing of that kind goes before then.
  void pause(std::string_view method, std::string_view channel, Monotonic now, Millis pause);
  size_t size() const { return buckets_.size(); }

 private:
  /// The generic cell rate algorithm: `full_at` is when the bucket would be empty again.
  struct Bucket {
    Monotonic full_at{};
    Monotonic paused_until{};
  };
  struct Rate {
    Millis interval;  ///< between two calls in the long run
    Millis burst;     ///< how far calls may run ahead of that
  };
  static Rate rate_of(std::string_view method);
  void forget_idle(Monotonic now);

  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace dw
