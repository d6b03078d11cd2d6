// One try of something that another process may take over: until when it may last, and whether its
// next byte may still leave.
#pragma once
#include "base/clock.h"

namespace dw {

/// Asked right before the first byte of each request, and while one is on its way; on any thread.
class Fence {
 public:
  virtual ~Fence() = default;
  /// False: another may have taken this over. Nothing more is sent, and what is on its way is cut.
  virtual bool may_send() const = 0;
};

struct Attempt {
  Monotonic until{};
  const Fence* fence = nullptr;  ///< outlives the try; null: nobody can take this over

  Attempt() = default;
  /// From a deadline alone, for what is nobody's delivery: a look, a sign-in, a probe.
  Attempt(Monotonic deadline, const Fence* guard = nullptr)  // NOLINT: a deadline is an attempt
      : until(deadline), fence(guard) {}

  static Attempt within(const Clock& clock, Millis time, const Fence* guard = nullptr) {
    return {clock.monotonic() + time, guard};
  }
  /// Zero or less: there is no time to send anything.
  Millis left(const Clock& clock) const {
    return std::chrono::duration_cast<Millis>(until - clock.monotonic());
  }
  bool may_send() const { return fence == nullptr || fence->may_send(); }
};

}  // namespace dw
