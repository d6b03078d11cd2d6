// Lanes: who holds which until when, and what is tried next. A lane's row is there while it has
// something to send; every verb locks that row first, so a holder that was taken over finds out
// before it writes anything.
#include <fmt/format.h>

#include "base/log.h"
#include "statements.h"
#include "store/delivery_rows.h"
#include "store/journal.h"

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

}  // namespace

Result<void> SqlJournal::settle_lanes() {
  for (const auto& [lane, due] : lanes_) {
    DW_CHECK(db_.send(stmt::touch_lane, {lane, due}));
    touched_.lanes = true;
  }
  lanes_.clear();
  return {};
}

Result<void> SqlJournal::wake_lane(const std::string& lane, TimePoint now) {
  DW_CHECK(db_.send(stmt::wake_lane, {lane, now}));
  touched_.lanes = true;
  return {};
}

Result<std::optional<TimePoint>> SqlJournal::next_lane_due(const LaneWorker& worker,
                                                           TimePoint now) {
  std::optional<TimePoint> due;
  DW_CHECK(db_.run(stmt::next_lane_due, {now, worker.name, json_list(worker.worked)},
                   [&](const Row& row) { due = row.time_or_none(0); }));
  return due;
}

Result<std::vector<LaneClaim>> SqlJournal::claim_lanes(const LaneWorker& worker, TimePoint now,
                                                       TimePoint until, size_t limit) {
  std::vector<LaneClaim> claims;
  DW_CHECK(db_.run(stmt::claimable_lanes,
                   {now, static_cast<int64_t>(limit), worker.name, json_list(worker.worked)},
                   [&](const Row& row) {
                     claims.push_back({std::string(row.text(0)), 0, until});
                   }));
  for (LaneClaim& claim : claims) {
    DW_CHECK(db_.run(stmt::claim_lane, {claim.lane, worker.name, until},
                     [&](const Row& row) { claim.generation = row.integer(0); }));
  }
  return claims;
}

Result<void> SqlJournal::free_lanes() {
  touched_.lanes = true;
  return db_.send(stmt::free_lanes);
}

Result<TimePoint> SqlJournal::hold(const LaneClaim& claim, TimePoint until) {
  std::optional<TimePoint> held;
  DW_CHECK(db_.run(stmt::hold_lane, {claim.lane, claim.generation, until},
                   [&](const Row& row) { held = row.time(0); }));
  if (!held) return taken_over(claim);
  return *held;
}

Result<std::vector<Delivery>> SqlJournal::take(const LaneClaim& claim, TimePoint now,
                                               const BatchMax& batch_max) {
  DW_CHECK(hold(claim, claim.until));
  std::vector<Delivery> head;
  std::vector<std::string> unreadable;
  DW_CHECK(db_.run(stmt::lane_head, {claim.lane, batch_rows_max}, [&](const Row& row) {
    head.push_back(delivery_in(row));
    unreadable.push_back(unreadable_in(row));
  }));
  std::vector<Delivery> taken;
  size_t limit = 1;
  for (size_t i = 0; i < head.size(); ++i) {
    Delivery& one = head[i];
    const bool is_due =
        one.state == DeliveryState::pending && one.next_attempt_at.value_or(TimePoint{}) <= now;
    if (!is_due) break;
    if (!unreadable[i].empty()) {
      // Neither dead nor in doubt: it has not been tried.
      if (taken.empty()) DW_CHECK(put_off(one, unreadable[i], now + unreadable_pause));
      break;
    }
    if (taken.empty()) {
      limit = one.is_in_doubt ? 1 : batch_max(one);
    } else if (one.is_in_doubt || one.target != taken.front().target ||
               one.payload.index() != taken.front().payload.index()) {
      break;
    }
    if (taken.size() == limit) break;
    DW_CHECK(db_.send(stmt::begin_try, {one.id}));
    ++one.attempts;
    taken.push_back(std::move(one));
  }
  return taken;
}

Result<void> SqlJournal::put_off(const Delivery& one, const std::string& why, TimePoint until) {
  log_error("store", why, {{"delivery", to_text(one.id)}, {"lane", one.lane}});
  DW_CHECK(db_.send(stmt::finish_delivery, {one.id, static_cast<int>(DeliveryState::pending),
                                            one.is_in_doubt, why, until, nullptr}));
  return note("delivery", one.id.value);
}

Result<void> SqlJournal::unmark(const LaneClaim& claim, const Delivery& taken) {
  DW_CHECK(hold(claim, TimePoint{}));
  DW_CHECK(db_.send(stmt::undo_try, {taken.id, taken.is_in_doubt, taken.attempts}));
  return {};
}

Result<void> SqlJournal::finish(const LaneClaim& claim, const Finished& finished, TimePoint now) {
  DW_CHECK(hold(claim, TimePoint{}));
  std::optional<TimePoint> done_at;
  if (finished.state != DeliveryState::pending) done_at = now;
  DW_TRY(const int64_t rows,
         db_.run(stmt::finish_delivery,
                 {finished.id, static_cast<int>(finished.state), finished.is_in_doubt,
                  finished.reason, finished.next_attempt_at, done_at}));
  // A person may have discarded it while it was tried: what they decided stands.
  if (rows == 0) return {};
  return note("delivery", finished.id.value);
}

Result<void> SqlJournal::release_lane(const LaneClaim& claim, TimePoint now) {
  DW_CHECK(hold(claim, TimePoint{}));
  std::vector<Delivery> head;
  DW_CHECK(db_.run(stmt::lane_head, {claim.lane, int64_t{1}},
                   [&](const Row& row) { head.push_back(delivery_in(row)); }));
  if (head.empty()) {
    DW_CHECK(db_.send(stmt::forget_lane, {claim.lane}));
    return {};
  }
  std::optional<TimePoint> due;
  if (head.front().state == DeliveryState::pending) {
    due = head.front().next_attempt_at.value_or(now);
  }
  DW_CHECK(db_.send(stmt::release_lane, {claim.lane, due}));
  return {};
}

Result<std::vector<LaneClaim>> SqlJournal::renew_lanes(const LaneWorker& worker, TimePoint now,
                                                       TimePoint until) {
  std::vector<LaneClaim> renewed;
  DW_CHECK(db_.run(stmt::renew_lanes, {worker.name, now, until, json_list(worker.worked)},
                   [&](const Row& row) {
                     renewed.push_back({std::string(row.text(0)), row.integer(1), until});
                   }));
  return renewed;
}

Result<bool> SqlJournal::hold_lease(const std::string& name, const std::string& holder,
                                    TimePoint now, TimePoint until) {
  bool is_held = false;
  DW_CHECK(db_.run(stmt::hold_lease, {name, holder, now, until},
                   [&](const Row& row) { is_held = row.text(0) == holder; }));
  return is_held;
}

Result<void> SqlJournal::drop_lease(const std::string& name, const std::string& holder) {
  DW_CHECK(db_.send(stmt::drop_lease, {name, holder}));
  return {};
}

}  // namespace dw
