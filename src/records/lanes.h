// Lanes: who holds which until when, and what is tried next.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/delivery.h"
#include "ports/db.h"

namespace dw {

/// A lane that this process holds until `until`. Whoever holds a later `generation` has taken it
/// over; what the earlier holder still writes is refused (`conflict`).
struct LaneClaim {
  std::string lane;
  int64_t generation = 0;
  TimePoint until{};
};

/// A process that works lanes. What it works right now is in its memory: the table's holder alone
/// never keeps a lane from anyone.
struct LaneWorker {
  std::string name;                   ///< this process among its replicas
  std::vector<std::string> worked{};  ///< the lanes that it works right now
};

/// `where` of the errors of verbs that are given a LaneClaim.
constexpr std::string_view lane_lost = "lane lost";

/// Another process has taken the lane over: nothing of the work was written. Any other error is the
/// store's or the plan's own.
inline bool is_lane_lost(const Error& error) {
  return error.where == lane_lost;
}

/// How many deliveries one try may take together, given the first of them.
using BatchMax = std::function<size_t(const Delivery& head)>;

/// Whether a job of this version takes events of that kind: a delivery's answer becomes one.
using TakesAnswer = std::function<bool(std::string_view answer_kind)>;

/// What begin_attempts() found.
struct Begun {
  std::vector<Delivery> taken;
  bool is_released = false;  ///< nothing is due, and the lane is not held any more
};

/// What finish() writes about one delivery.
struct Finished {
  DeliveryId id;
  DeliveryState state = DeliveryState::done;
  bool is_in_doubt = false;
  std::string reason;
  std::optional<TimePoint> next_attempt_at;
};

namespace lanes {

/// When the next lane that claim() would give this worker falls due; absent if none waits.
Result<std::optional<TimePoint>> next_due(ReadDb& db, const LaneWorker& worker, TimePoint now);

/// Takes lanes whose head is due, most overdue first: those that nobody holds, and those that the
/// table says `worker` holds while it does not work them (a claim that it never heard of). What
/// it works it keeps until it releases it, however late its clock says it is.
Result<std::vector<LaneClaim>> claim(Db& db, const LaneWorker& worker, TimePoint now,
                                     TimePoint until, size_t limit);

/// Takes every lane from whoever held it: for an engine whose store nobody else can have open, so
/// that what a crash left need not wait for the end of a lease.
Result<void> release_all(Db& db);

/// The due deliveries at the head of a held lane, in order, at most as many as `batch_max` says
/// for the first of them, all for the same target and operation; marks them in doubt and counts
/// an attempt, so that a crash leaves a doubt, not a loss. Stops in front of one that is not due,
/// that holds the lane as dead or unsure, or that was in doubt before (that one comes alone,
/// first, with is_in_doubt as it was found). One that another version wrote, which can't be read
/// here or whose answer no job here takes, is put off, with the reason, for a replica that can. The
/// lane is held until `claim.until` at least, or given back, as release() does, if nothing is due.
/// errors  conflict: the lane was taken over (is_lane_lost)
Result<Begun> begin_attempts(Db& db, const LaneClaim& claim, TimePoint now,
                             const BatchMax& batch_max, const TakesAnswer& takes_answer = {});
/// The same for a lane that this very transaction has claimed: nobody can have taken it over.
Result<Begun> begin_claimed(Db& db, const LaneClaim& claim, TimePoint now,
                            const BatchMax& batch_max, const TakesAnswer& takes_answer = {});

/// Undoes what begin_attempts() marked, for one that was not sent: its attempt is not counted, and
/// it is in doubt as `taken` says. Nothing, if the mark does not stand. errors  conflict, as above
Result<void> undo_attempt(Db& db, const LaneClaim& claim, const Delivery& taken);

/// errors  conflict: the lane was taken over; nothing is written
Result<void> finish(Db& db, const LaneClaim& claim, const Finished& finished, TimePoint now);

/// Gives a lane back: it falls due with its head, rests while its head waits for a person, and
/// is forgotten when it is empty. errors  conflict, as above
Result<void> release(Db& db, const LaneClaim& claim, TimePoint now);

/// A person has decided about what held the lane back: it falls due.
Result<void> unblock(Db& db, const std::string& lane, TimePoint now);

/// Extends the lanes that `worker` works and holds, and says which; those it has lost stay lost.
Result<std::vector<LaneClaim>> renew(Db& db, const LaneWorker& worker, TimePoint now,
                                     TimePoint until);

}  // namespace lanes

}  // namespace dw
