// Lanes: who holds which until when, and what is tried next. A lane's row is there while it has
// something to send; every verb locks that row first, so a holder that was taken over finds out
// before it writes anything.
#include "records/lanes.h"

#include <fmt/format.h>

#include "base/log.h"
#include "records/changes.h"
#include "records/delivery_row.h"
#include "sql/lanes.h"

namespace dw {
namespace {

constexpr int64_t batch_rows_max = 10;
/// What another version wrote is looked at again after this.
constexpr Millis unreadable_pause{60'000};

std::string json_list(const std::vector<std::string>& names) {
  return to_text(json::array(names.begin(), names.end()));
}

Error taken_over(const LaneClaim& claim) {
  return {ErrorKind::conflict, std::string(lane_lost),
          fmt::format("another process has taken lane {} over", claim.lane)};
}

Result<void> check_claim(Db& db, const LaneClaim& claim) {
  bool is_held = false;
  DW_CHECK(db.run(stmt::check_lane, {claim.lane, claim.generation},
                  [&](const Row&) { is_held = true; }));
  return is_held ? Result<void>() : taken_over(claim);
}

/// Checks it, and extends it.
Result<void> hold(Db& db, const LaneClaim& claim) {
  bool is_held = false;
  DW_CHECK(db.run(stmt::hold_lane, {claim.lane, claim.generation, claim.until},
                  [&](const Row&) { is_held = true; }));
  return is_held ? Result<void>() : taken_over(claim);
}

/// "" or why what becomes of the delivery would be lost here: its answer is an event of another
/// version, and whoever performs it plans that event in the same commit.
std::string unplannable_in(const Delivery& delivery, const TakesAnswer& takes_answer) {
  const bool is_taken =
      delivery.answer_kind.empty() || !takes_answer || takes_answer(delivery.answer_kind);
  if (is_taken) return "";
  return fmt::format(
      "this version of Deskwire has no use for its answer ({}): a newer replica sends it",
      delivery.answer_kind);
}

Result<void> put_off(Db& db, Delivery& one, const std::string& why, TimePoint until) {
  log_error("store", why, {{"delivery", to_text(one.id)}, {"lane", one.lane}});
  one.next_attempt_at = until;
  DW_CHECK(db.send(stmt::finish_delivery, {one.id, static_cast<int>(DeliveryState::pending),
                                           one.is_in_doubt, why, until, nullptr}));
  return changes::add(db, "delivery", one.id.value);
}

/// Of a lane whose claim is checked.
Result<void> give_back(Db& db, const LaneClaim& claim, const Delivery* head, TimePoint now) {
  if (head == nullptr) return db.send(stmt::forget_lane, {claim.lane});
  std::optional<TimePoint> due;
  if (head->state == DeliveryState::pending) due = head->next_attempt_at.value_or(now);
  return db.send(stmt::release_lane, {claim.lane, due});
}

}  // namespace

namespace lanes {

Result<void> unblock(Db& db, const std::string& lane, TimePoint now) {
  DW_CHECK(db.send(stmt::wake_lane, {lane, now}));
  db.touch({.lanes = true});
  return {};
}

Result<std::optional<TimePoint>> next_due(ReadDb& db, const LaneWorker& worker, TimePoint now) {
  std::optional<TimePoint> due;
  DW_CHECK(db.run(stmt::next_lane_due, {now, worker.name, json_list(worker.worked)},
                  [&](const Row& row) { due = row.time_or_none(0); }));
  return due;
}

Result<std::vector<LaneClaim>> claim(Db& db, const LaneWorker& worker, TimePoint now,
                                     TimePoint until, size_t limit) {
  std::vector<LaneClaim> claims;
  DW_CHECK(db.run(stmt::claimable_lanes,
                  {now, static_cast<int64_t>(limit), worker.name, json_list(worker.worked)},
                  [&](const Row& row) {
                    claims.push_back({std::string(row.text(0)), 0, until});
                  }));
  for (LaneClaim& claim : claims) {
    DW_CHECK(db.run(stmt::claim_lane, {claim.lane, worker.name, until},
                    [&](const Row& row) { claim.generation = row.integer(0); }));
  }
  return claims;
}

Result<void> release_all(Db& db) {
  db.touch({.lanes = true});
  return db.send(stmt::free_lanes);
}

Result<Begun> begin_claimed(Db& db, const LaneClaim& claim, TimePoint now,
                            const BatchMax& batch_max, const TakesAnswer& takes_answer) {
  std::vector<Delivery> head;
  std::vector<std::string> unreadable;
  DW_CHECK(db.run(stmt::lane_head, {claim.lane, batch_rows_max}, [&](const Row& row) {
    DeliveryRead read = read_delivery(row);
    if (read.unreadable.empty()) read.unreadable = unplannable_in(read.delivery, takes_answer);
    head.push_back(std::move(read.delivery));
    unreadable.push_back(std::move(read.unreadable));
  }));
  Begun begun;
  size_t limit = 1;
  for (size_t i = 0; i < head.size(); ++i) {
    Delivery& one = head[i];
    const bool is_due =
        one.state == DeliveryState::pending && one.next_attempt_at.value_or(TimePoint{}) <= now;
    if (!is_due) break;
    if (!unreadable[i].empty()) {
      // Neither dead nor in doubt: it has not been tried.
      if (begun.taken.empty()) DW_CHECK(put_off(db, one, unreadable[i], now + unreadable_pause));
      break;
    }
    if (begun.taken.empty()) {
      limit = one.is_in_doubt ? 1 : batch_max(one);
    } else if (one.is_in_doubt || one.target != begun.taken.front().target ||
               one.payload.index() != begun.taken.front().payload.index()) {
      break;
    }
    if (begun.taken.size() == limit) break;
    DW_CHECK(db.send(stmt::begin_try, {one.id}));
    ++one.attempts;
    begun.taken.push_back(std::move(one));
  }
  begun.is_released = begun.taken.empty();
  if (begun.is_released) {
    DW_CHECK(give_back(db, claim, head.empty() ? nullptr : &head.front(), now));
  }
  return begun;
}

Result<Begun> begin_attempts(Db& db, const LaneClaim& claim, TimePoint now,
                             const BatchMax& batch_max, const TakesAnswer& takes_answer) {
  DW_CHECK(hold(db, claim));
  return begin_claimed(db, claim, now, batch_max, takes_answer);
}

Result<void> undo_attempt(Db& db, const LaneClaim& claim, const Delivery& taken) {
  DW_CHECK(check_claim(db, claim));
  DW_CHECK(db.send(stmt::undo_try, {taken.id, taken.is_in_doubt, taken.attempts}));
  return {};
}

Result<void> finish(Db& db, const LaneClaim& claim, const Finished& finished, TimePoint now) {
  DW_CHECK(check_claim(db, claim));
  std::optional<TimePoint> done_at;
  if (finished.state != DeliveryState::pending) done_at = now;
  DW_TRY(const int64_t rows,
         db.run(stmt::finish_delivery,
                {finished.id, static_cast<int>(finished.state), finished.is_in_doubt,
                 finished.reason, finished.next_attempt_at, done_at}));
  // A person may have discarded it while it was tried: what they decided stands.
  if (rows == 0) return {};
  return changes::add(db, "delivery", finished.id.value);
}

Result<void> release(Db& db, const LaneClaim& claim, TimePoint now) {
  DW_CHECK(check_claim(db, claim));
  std::vector<Delivery> head;
  DW_CHECK(db.run(stmt::lane_head, {claim.lane, int64_t{1}},
                  [&](const Row& row) { head.push_back(delivery_in(row)); }));
  return give_back(db, claim, head.empty() ? nullptr : &head.front(), now);
}

Result<std::vector<LaneClaim>> renew(Db& db, const LaneWorker& worker, TimePoint now,
                                     TimePoint until) {
  std::vector<LaneClaim> renewed;
  DW_CHECK(db.run(stmt::renew_lanes, {worker.name, now, until, json_list(worker.worked)},
                  [&](const Row& row) {
                    renewed.push_back({std::string(row.text(0)), row.integer(1), until});
                  }));
  return renewed;
}

}  // namespace lanes
}  // namespace dw
