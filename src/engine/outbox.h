// The way out. Lanes go in parallel, one try of a lane at a time: claim, take, perform, settle,
// finish. Its states are drawn in README.md.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/random.h"
#include "engine/backoff.h"
#include "engine/inbox.h"
#include "engine/lane_claims.h"
#include "net/async_event.h"
#include "net/task_group.h"
#include "ports/store.h"
#include "ports/target.h"
#include "records/lanes.h"

namespace dw {

struct OutboxSettings {
  BackoffSettings backoff;
  Millis timeout{20'000};    ///< one try; may be longer than the lease, which is renewed meanwhile
  Millis lease{lane_lease};  ///< how long a lane is held without a sign of life
  size_t lanes_max = 64;     ///< lanes in work at once
  std::string holder;        ///< this process among its replicas
  bool is_alone = false;     ///< there are no others: what is held was left by a crash
};

class Outbox {
 public:
  Outbox(Loop& loop, Clock& clock, Random& random, Store& store, Inbox& inbox, Metrics& metrics,
         TaskGroup& tasks, std::vector<Target*> targets, OutboxSettings settings);
  ~Outbox();

  /// Starts claiming lanes until stop(). Call once.
  void start();
  /// Lanes may have fallen due. On the loop's thread.
  void notify() { due_.notify(); }
  /// Takes no more; what is in flight ends by itself (see TaskGroup::stop).
  void stop();
  /// Told of each outcome, with the target's label. Set before start().
  void on_outcome(std::function<void(const std::string& label, const Outcome&)> told) {
    told_ = std::move(told);
  }
  /// Backoff and timeout of a reloaded configuration, for tries from now on.
  void change(BackoffSettings backoff, Millis timeout);
  size_t lanes_in_work() const { return worked_.size(); }

 private:
  Task<void> free_what_was_left();
  Task<void> claim_until_stopped();
  Task<void> renew_until_stopped();
  LaneWorker worker() const;
  void begin_work(std::unique_ptr<Lane> lane);
  Task<void> give_back(const LaneClaims& claims);
  Task<Monotonic> next_look();
  Task<void> work(Lane* lane);
  Task<bool> try_once(Lane& lane);
  Task<std::optional<std::vector<Outcome>>> perform(Lane& lane);
  Task<std::vector<Outcome>> perform_at(Lane& lane, Target& target);
  Task<std::optional<Outcome>> ask_first(Lane& lane);
  Task<Outcome> ask(Lane& lane, Target& target, Delivery question);
  Task<Settled> settle_at(Lane& lane, Target& target);
  Task<std::optional<Outcome>> settle(Lane& lane, Target& target);
  Task<bool> set_state(Lane& lane, std::vector<Outcome> outcomes);
  Task<bool> take_next(Lane& lane);
  Result<void> mark_next(Db& db, Lane& lane);
  void note_renewed(const std::vector<LaneClaim>& renewed, Monotonic until);
  bool is_lost(const Lane& lane, const Error& error);
  Task<void> release(Lane& lane);
  Task<void> pause(Millis time);
  Finished judge(const Delivery& delivery, const Outcome& outcome, TimePoint now);
  void report(const Delivery& delivery, const Outcome& outcome, const Finished& finished);
  size_t batch_for(const Delivery& head) const;
  Millis timeout_for(const Delivery& head, const Target& target) const;
  Target* target_for(const Delivery& delivery) const;

  Loop& loop_;
  Clock& clock_;
  Random& random_;
  Store& store_;
  Inbox& inbox_;
  Metrics& metrics_;
  TaskGroup& tasks_;
  std::map<std::string, Target*, std::less<>> targets_;
  OutboxSettings settings_;
  const BatchMax batch_max_;
  const TakesAnswer takes_answer_;
  std::function<void(const std::string&, const Outcome&)> told_;
  AsyncEvent due_;
  AsyncEvent renewal_;
  bool is_stopping_ = false;
  /// The lanes in work here, by name: what the table says comes second.
  std::map<std::string, std::unique_ptr<Lane>> worked_;
};

}  // namespace dw
