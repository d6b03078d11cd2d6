// How long a lane is held, how a dead holder is found out, and what a holder knows of its own hold.
// All the numbers stand here, because they only hold together.
#pragma once
#include <algorithm>
#include <atomic>

#include "net/attempt.h"

namespace dw {

/// Held for this long without a sign of life; longer than a renewal that has to wait for the store.
constexpr Millis lane_lease{20'000};
constexpr Millis lane_renewal = lane_lease / 3;
/// Replicas compare a lease with their own wall clocks: NTP keeps them this close, or better.
constexpr Millis clocks_apart_max{2000};
/// Without news the outbox still looks this often: a replica may have died holding a lane.
constexpr Millis look_again{1000};
/// The promise: what a dead replica held, another works on within this time (promise 7).
constexpr Millis takeover_max{30'000};
/// What is left for the commits of the look and of the claim.
static_assert(lane_lease + clocks_apart_max + look_again + Millis(5000) < takeover_max);

/// What this process knows of its hold on a lane: the lease as it was last written, and the time of
/// the try that is under way. Asked on any thread.
class LaneHold : public Fence {
 public:
  LaneHold(const Clock& clock, Monotonic held_until) : clock_(clock), held_until_(held_until) {}

  /// Another replica, its clock ahead of ours, may not have taken the lane over yet.
  bool is_held() const { return clock_.monotonic() + clocks_apart_max < held_until_.load(); }
  bool may_send() const override {
    const bool is_ours = is_held();
    const bool may = is_ours && clock_.monotonic() < try_until_.load();
    if (may) was_open_ = true;
    if (!is_ours) was_shut_ = true;
    return may;
  }
  /// A try begins; it lasts at most so long.
  Attempt begin(Millis timeout) {
    try_until_ = clock_.monotonic() + timeout;
    was_shut_ = was_open_ = false;
    return {try_until_, this};
  }
  /// Something of the try may have been sent.
  bool was_open() const { return was_open_; }
  /// Something of the try was not sent, or was cut, because the lease was over.
  bool was_shut() const { return was_shut_; }
  /// The store has written a later end.
  void extend(Monotonic until) { held_until_ = std::max(until, held_until_.load()); }
  Monotonic held_until() const { return held_until_; }

 private:
  const Clock& clock_;
  std::atomic<Monotonic> held_until_, try_until_{};
  mutable std::atomic<bool> was_shut_ = false, was_open_ = false;
};

}  // namespace dw
