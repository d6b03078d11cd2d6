#include "engine/lane_claims.h"

namespace dw {
namespace {

/// A claim that does not stand has nothing to take back.
Result<void> if_it_stands(const Result<void>& written) {
  const bool is_other = !written.ok() && !is_lane_lost(written.error());
  return is_other ? written : Result<void>();
}

}  // namespace

Result<void> Lane::unmark_unsent(Db& db) const {
  for (const Delivery& one : unsent) DW_CHECK(lanes::undo_attempt(db, claim, one));
  return {};
}

Result<void> LaneClaims::claim(Db& db, const LaneWorker& worker, size_t limit, Monotonic asked) {
  for (auto& lane : newest_) doubtful_.push_back(std::move(lane));
  newest_.clear();
  for (const auto& lane : doubtful_) DW_CHECK(if_it_stands(lane->unmark_unsent(db)));
  const TimePoint now = clock_.now();
  DW_TRY(const auto claims, lanes::claim(db, worker, now, now + lease_, limit));
  for (const LaneClaim& claim : claims) {
    // By the generation that an earlier try had, too: so that one does not stand.
    std::erase_if(doubtful_, [&claim](const std::unique_ptr<Lane>& one) {
      return one->claim.lane == claim.lane && one->claim.generation == claim.generation;
    });
    auto lane = std::make_unique<Lane>(claim, clock_, asked + lease_);
    DW_TRY(Begun begun, lanes::begin_claimed(db, claim, now, batch_max_, takes_answer_));
    lane->unsent = std::move(begun.taken);
    lane->is_released = begun.is_released;
    newest_.push_back(std::move(lane));
  }
  return {};
}

std::vector<std::unique_ptr<Lane>> LaneClaims::take() {
  std::vector<std::unique_ptr<Lane>> out = std::move(newest_);
  newest_.clear();
  doubtful_.clear();
  std::erase_if(out, [](const std::unique_ptr<Lane>& one) { return one->is_released; });
  return out;
}

Result<void> LaneClaims::give_back(Db& db, TimePoint now) const {
  for (const auto* lanes_of : {&doubtful_, &newest_}) {
    for (const auto& lane : *lanes_of) {
      DW_CHECK(if_it_stands(lane->unmark_unsent(db)));
      DW_CHECK(if_it_stands(lanes::release(db, lane->claim, now)));
    }
  }
  return {};
}

}  // namespace dw
