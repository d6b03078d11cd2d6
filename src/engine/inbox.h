// The way in: records an event, lets its jobs read and plan, applies the plan, all in one commit
// (ADR 2). Local deliveries are performed inside the same transaction (ADR 3).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "ports/job.h"
#include "ports/store.h"
#include "ports/target.h"
#include "records/received.h"

namespace dw {

struct Accepted {
  EventId event;             ///< none: it was received, and waits for its turn (put_in_order)
  bool is_first = true;      ///< false: a repeat, answered as the first time
  bool is_same_body = true;  ///< false: a repeat of the key with other contents
  bool is_parked = false;    ///< kept, but a defect kept it from being planned
  json::value reply{};       ///< for the sender; null if it gets none
};

/// A person or a token that asks for a change: becomes a line of the audit list in the commit that
/// makes the change, "ticket 42: status" with the ticket out of the reply.
struct Asked {
  std::string who, what;  ///< "token ci", "ticket.update"
  std::string detail{};   ///< "status"
};

class InOrder;
struct Received;

class Inbox {
 public:
  Inbox(Store& store, Clock& clock, Metrics& metrics, std::vector<const Job*> jobs,
        std::vector<LocalTarget*> local_targets);

  /// Some job takes this kind.
  bool takes(std::string_view kind) const;

  /// Takes one event for good: records it, lets every job that takes its kind plan, in the order
  /// of the jobs, and commits all at once. Each job reads what those before it have written; the
  /// first reply is the sender's; one refusal refuses the event. `asked`: who it was, where that is
  /// somebody whom we know; a repeat adds no second line.
  ///
  /// errors  full, busy: the store could not commit; nothing is recorded
  ///         invalid: no job takes this kind, or the job refused it (with the problems)
  /// again   safe: a repeat gets the first reply and plans nothing. A key whose event was refused
  ///         with a reply (Plan::may_be_corrected) is planned again with another body, as an event
  ///         of its own; once that is not refused, its reply is the answer to any other body
  /// cost    one transaction, at most local_rounds_max rounds of local deliveries inside it
  /// source  promises 1 and 2; ADR 2
  Task<Result<Accepted>> accept(Event event) {
    return accept_asked(std::move(event), std::nullopt);
  }
  Task<Result<Accepted>> accept(Event event, Asked asked) {
    return accept_asked(std::move(event), std::move(asked));
  }

  /// From here on what is said in chats is recorded at once, and planned in the order in which it
  /// was said: accept() returns before the plan, with neither a number nor a reply.
  void put_in_order(InOrder& order) { order_ = &order; }

  /// Plans what was received of these channels (records/received.h), in one commit. One event that
  /// its job refuses, or that meets a defect, is parked and holds up none of the others. Returns
  /// true if that was all; false: there is more than one commit takes, and it waits.
  /// errors  of the store: nothing is planned, and all waits
  /// again   safe: what was planned waits no more
  Task<Result<bool>> plan_received(SaidUntil until);

  /// What plans brought about, for the metrics: counted when their commit stands.
  struct Counts {
    std::vector<Counted> counted;
    int parked = 0;                                     ///< answers whose plan was a defect
    std::map<std::string, int, std::less<>> performed;  ///< local deliveries by target label
  };

  /// Answers whose plan was a defect: what was wrong.
  using Broken = std::map<DeliveryId, std::string>;

  /// The same inside a transaction that is already open: what a delivery was answered becomes an
  /// event in the commit that finishes the delivery. Kinds that no job takes are passed over. Adds
  /// to `counts`. A defect is added to `broken` and is an error, so that nothing of its plan stays:
  /// the transaction that is tried again then parks the answer.
  Result<void> take_answer(Db& db, const Delivery& delivery, const Outcome& outcome, Counts& counts,
                           Broken& broken);
  void count(const Counts& counts);

 private:
  /// What is planned: an event, and its number.
  struct Planned {
    EventId cause;
    const Event& event;
  };
  /// What a plan brought, and the next round plans.
  struct Round {
    EventId cause;
    Event event;
  };

  Task<Result<Accepted>> accept_asked(Event event, std::optional<Asked> asked);
  Result<void> record_received(Db& db, const SaidUntil& until, Received& received);
  Result<void> prepare_received(Db& db, Received& received);
  Result<void> take_received(Db& db, Received& received);
  Result<void> prepare(Db& db, const Event& event);
  Result<Accepted> take(Db& db, const Event& event, EventId id, const std::optional<Asked>& asked,
                        Counts& counts);
  Result<Accepted> plan_recorded(Db& db, const Event& event, EventId id,
                                 const std::optional<Asked>& asked, Counts& counts);
  Result<Accepted> take_correction(Db& db, const Event& event, const std::optional<Asked>& asked,
                                   Counts& counts);
  Result<json::value> plan_rounds(Db& db, const Planned& first, Counts& counts);
  Result<void> plan_by_all(Db& db, const Planned& planned, std::vector<Round>& next, Counts& counts,
                           json::value& reply);
  Result<json::value> plan_one(Db& db, const Job& job, const Planned& planned,
                               std::vector<Round>& next, Counts& counts);
  Result<DeliveryId> apply(Db& db, Delivery delivery, bool needs_id, const Planned& planned,
                           std::vector<Round>& next, Counts& counts);
  Task<Result<Accepted>> park(Event event, std::string reason);
  Result<Accepted> park_recorded(Db& db, const Event& event, EventId id, const std::string& reason);
  void note_parked(const Event& event, EventId id, const std::string& reason);
  void observe_accepted(Monotonic started);
  void count_accepted(const Event& event, const Accepted& accepted);

  Store& store_;
  InOrder* order_ = nullptr;
  Clock& clock_;
  Metrics& metrics_;
  std::vector<const Job*> jobs_;
  std::map<std::string, LocalTarget*, std::less<>> local_targets_;
};

}  // namespace dw
