// The lanes that a process claims, and what it knows of a claim whose answer has not come.
#pragma once
#include <memory>
#include <vector>

#include "engine/lease.h"
#include "records/lanes.h"

namespace dw {

/// One held lane while it is worked, and the batch that is being tried.
struct Lane {
  Lane(LaneClaim c, const Clock& clock, Monotonic held_until)
      : claim(std::move(c)), hold(clock, held_until) {}

  /// What was marked and, as this process knows, not sent is as it was before.
  /// errors  conflict: the lane was taken over (is_lane_lost)
  Result<void> unmark_unsent(Db& db) const;

  LaneClaim claim;
  LaneHold hold;
  std::vector<Delivery> batch;
  /// Marked as begun in the store, or by a write whose answer never came; not sent by us.
  std::vector<Delivery> unsent;
  bool is_released = false;  ///< by the write that found nothing more to do
};

/// Claims lanes and marks what is tried first in each, in one commit. The write may fail, or its
/// answer be lost: then it is made again, and what an earlier try may have marked is taken back
/// first, for it was not sent.
class LaneClaims {
 public:
  LaneClaims(const Clock& clock, Millis lease, BatchMax batch_max, TakesAnswer takes_answer)
      : clock_(clock),
        lease_(lease),
        batch_max_(std::move(batch_max)),
        takes_answer_(std::move(takes_answer)) {}

  /// In a transaction that is already open, as often as it is tried. `asked`: before the write
  /// began, so that a lane is never held for longer than the store says.
  Result<void> claim(Db& db, const LaneWorker& worker, size_t limit, Monotonic asked);
  /// How many the newest try claimed, with those that it gave back at once.
  size_t newest() const { return newest_.size(); }
  /// The write stands: the lanes that have something to try, as `unsent`.
  std::vector<std::unique_ptr<Lane>> take();

  /// No claim is without its answer.
  bool is_empty() const { return newest_.empty() && doubtful_.empty(); }
  /// Takes back what may stand.
  Result<void> give_back(Db& db, TimePoint now) const;

 private:
  const Clock& clock_;
  const Millis lease_;
  const BatchMax batch_max_;
  const TakesAnswer takes_answer_;
  std::vector<std::unique_ptr<Lane>> newest_;    // by the newest try
  std::vector<std::unique_ptr<Lane>> doubtful_;  // by those before it
};

}  // namespace dw
