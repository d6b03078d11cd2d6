// The problem: an effect on the outside world and our note of it cannot be one atomic step. Note
// first, and a crash loses the effect; act first, and a crash does it twice.
//
// So there are three notes. `take` writes that a try begins (the delivery is in doubt), before a
// byte is sent. `perform` sends. `finish` writes what came of it. A crash between the two notes
// leaves a delivery in doubt, and whoever takes the lane next asks the target what happened
// (`settle`) before anything is sent again. What the target can't tell is `unsure`, and a person
// decides; only targets for which a second time does no harm are tried again unasked.
//
// A lane is claimed and its first try taken in one commit; one commit finishes a try and takes the
// next one, or gives the lane back.
//
// A lane is held by one process at a time, for `lease`, renewed while it works. Whoever takes over
// gets a later generation; the store refuses what an earlier holder still writes. And an earlier
// holder that slept (a stopped process, a frozen machine) looks at its lease before each byte that
// it sends (LaneHold, which every target asks): what was not sent, as this process knows, goes back
// without a doubt (`unmark`).
//
// No answer of the store is taken for more than it says. A write that failed, or whose answer was
// lost, is made again until it stands, the lane is lost, or we stop; each may be made twice.

#include "engine/outbox.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "engine/lease.h"
#include "ports/pace.h"
#include "records/lanes.h"

namespace dw {
namespace {

/// What is due and not claimed is in our own hands, its lease over by a clock that was set forward.
constexpr Millis own_lane_pause{100};
constexpr Millis store_pause{500};    ///< While the store is away.
constexpr Millis late_after{1000};    ///< What a delivery repeats was read before it was planned.
constexpr Millis settle_pause{1000};  ///< A lane stands still while its delivery is in doubt.
/// Why a delivery waits is shown on the board; a target's words are cut to this.
constexpr size_t reason_bytes_max = 2048;

/// A wait that was ended because we stop.
bool is_cut(const std::exception& thrown) {
  const auto* failed = dynamic_cast<const boost::system::system_error*>(&thrown);
  return failed != nullptr && failed->code() == asio::error::operation_aborted;
}

std::string_view name_of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::done:
      return "done";
    case Outcome::Kind::later:
      return "later";
    case Outcome::Kind::refused:
      return "refused";
    case Outcome::Kind::unsure:
      return "unsure";
  }
  return "unknown";
}

/// PostgreSQL keeps well-formed UTF-8 alone, and a mail server may well answer in Latin-1: a
/// delivery whose reason could not be written down would be tried again without end.
std::string shown(std::string_view why) {
  std::string out(cut_bytes(why, reason_bytes_max));
  if (is_utf8(out)) return out;
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return out;
}

}  // namespace

Outbox::Outbox(Loop& loop, Clock& clock, Random& random, Store& store, Inbox& inbox,
               Metrics& metrics, TaskGroup& tasks, std::vector<Target*> targets,
               OutboxSettings settings)
    : loop_(loop),
      clock_(clock),
      random_(random),
      store_(store),
      inbox_(inbox),
      metrics_(metrics),
      tasks_(tasks),
      settings_(std::move(settings)),
      batch_max_([this](const Delivery& head) { return batch_for(head); }),
      takes_answer_([this](std::string_view kind) { return inbox_.takes(kind); }),
      due_(loop, clock),
      renewal_(loop, clock) {
  DW_ASSERT(settings_.lease > clocks_apart_max + look_again, "a lane is held long enough to work");
  for (Target* target : targets) targets_.emplace(target->name(), target);
  metrics_.declare_histogram("deskwire_delivery_seconds",
                             "Time from a delivery's creation to its end, by target",
                             {0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 3600});
  metrics_.declare_counter("deskwire_defects_total",
                           "Exceptions in connectors: each is one failed attempt or query");
  metrics_.declare_counter("deskwire_lanes_lost_total",
                           "Lanes that another replica took over during an attempt");
  metrics_.declare_counter("deskwire_lane_renewals_total",
                           "Writes that renewed the leases of all active lanes");
}

Outbox::~Outbox() = default;

void Outbox::start() {
  tasks_.run("outbox", claim_until_stopped());
  tasks_.run("outbox renewal", renew_until_stopped());
}

void Outbox::stop() {
  is_stopping_ = true;
  due_.notify();
  renewal_.notify();
}

void Outbox::change(BackoffSettings backoff, Millis timeout) {
  settings_.backoff = backoff;
  settings_.timeout = timeout;
}

Task<void> Outbox::free_what_was_left() {
  WriteWork work = [](Db& db) { return lanes::release_all(db); };
  const Result<void> freed = co_await store_.write(std::move(work));
  if (!freed.ok()) log_warn("outbox", "lanes wait for their leases: " + freed.error().text());
}

Task<void> Outbox::claim_until_stopped() {
  if (settings_.is_alone) co_await free_what_was_left();
  LaneClaims claims(clock_, settings_.lease, batch_max_, takes_answer_);
  while (!is_stopping_) {
    const size_t room = settings_.lanes_max - worked_.size();
    const Monotonic asked = clock_.monotonic();
    const LaneWorker me = worker();
    size_t claimed = 0;
    if (room > 0) {
      // Most notices are about lanes that are worked already: look before a commit is spent.
      bool is_due = !claims.is_empty();
      auto look = [&](ReadDb& db) -> Result<void> {
        DW_TRY(const auto due, lanes::next_due(db, me, clock_.now()));
        is_due = is_due || (due && *due <= clock_.now());
        return {};
      };
      if (!(co_await store_.look(look)).ok()) is_due = true;
      if (is_due) {
        auto work = [&](Db& db) { return claims.claim(db, me, room, asked); };
        const Result<void> written = co_await store_.write(work);
        if (!written.ok()) {
          log_warn("outbox", written.error().text());
          co_await due_.wait(clock_.monotonic() + store_pause);
          continue;
        }
        claimed = claims.newest();
        for (auto& lane : claims.take()) begin_work(std::move(lane));
      }
    }
    if (claimed > 0 && claimed == room) continue;
    const Monotonic until = co_await next_look();
    co_await due_.wait(until);
  }
  co_await give_back(claims);
}

void Outbox::begin_work(std::unique_ptr<Lane> lane) {
  // Else it is given back.
  if (!is_stopping_) lane->batch = lane->unsent;
  const std::string name = lane->claim.lane;
  Lane* const fresh = lane.get();
  worked_.insert_or_assign(name, std::move(lane));
  tasks_.run("lane " + name, work(fresh));
}

/// We stop without knowing whether a claim stands. One that can't be given back is free when its
/// lease ends.
Task<void> Outbox::give_back(const LaneClaims& claims) {
  if (claims.is_empty()) co_return;
  auto work = [&](Db& db) { return claims.give_back(db, clock_.now()); };
  const Result<void> given = co_await store_.write(work);
  if (!given.ok()) log_warn("outbox", given.error().text());
}

LaneWorker Outbox::worker() const {
  LaneWorker out{settings_.holder, {}};
  for (const auto& [name, lane] : worked_) out.worked.push_back(name);
  return out;
}

Task<Monotonic> Outbox::next_look() {
  Millis wait = look_again;
  std::optional<TimePoint> due;
  const LaneWorker me = worker();
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(due, lanes::next_due(db, me, clock_.now()));
    return {};
  };
  const Result<void> read = co_await store_.look(work);
  if (read.ok() && due && worked_.size() < settings_.lanes_max) {
    const Millis until_due = *due - clock_.now();
    wait = until_due > Millis(0) ? std::min(until_due, look_again) : own_lane_pause;
  }
  co_return clock_.monotonic() + wait;
}

/// By the clock alone. Whoever wakes it earlier wants to know whether it can end.
Task<void> Outbox::renew_until_stopped() {
  Monotonic next = clock_.monotonic() + settings_.lease / 3;
  while (!is_stopping_ || !worked_.empty()) {
    co_await renewal_.wait(next);
    if (clock_.monotonic() < next) continue;
    const Monotonic asked = clock_.monotonic();
    next = asked + settings_.lease / 3;
    if (worked_.empty()) continue;
    std::vector<LaneClaim> renewed;
    const LaneWorker me = worker();
    auto work = [&](Db& db) -> Result<void> {
      const TimePoint now = clock_.now();
      DW_TRY(renewed, lanes::renew(db, me, now, now + settings_.lease));
      return {};
    };
    const Result<void> written = co_await store_.write(work);
    metrics_.add("deskwire_lane_renewals_total");
    if (!written.ok()) {
      log_warn("outbox", "lanes not renewed: " + written.error().text());
      continue;
    }
    note_renewed(renewed, asked + settings_.lease);
  }
}

/// The lease that is renewed is the lease that counts: also for what is being sent right now.
void Outbox::note_renewed(const std::vector<LaneClaim>& renewed, Monotonic until) {
  for (const LaneClaim& claim : renewed) {
    const auto found = worked_.find(claim.lane);
    const bool is_ours =
        found != worked_.end() && found->second->claim.generation == claim.generation;
    if (is_ours) found->second->hold.extend(until);
  }
}

Task<void> Outbox::work(Lane* lane) {
  bool is_held = true;
  while (is_held && !lane->batch.empty()) is_held = co_await try_once(*lane);
  // What was given up in the middle is in doubt: it is not asked about at once.
  if (!is_held) co_await pause(settle_pause);
  if (!lane->is_released) co_await release(*lane);
  const std::string name = lane->claim.lane;
  worked_.erase(name);
  due_.notify();
  renewal_.notify();
}

Task<void> Outbox::pause(Millis time) {
  AsyncEvent over(loop_, clock_);
  co_await over.wait(clock_.monotonic() + time);
}

bool Outbox::is_lost(const Lane& lane, const Error& error) {
  if (is_lane_lost(error)) metrics_.add("deskwire_lanes_lost_total");
  log_warn("outbox", error.text(), {{"lane", lane.claim.lane}});
  return is_lane_lost(error);
}

/// One that can't be given back while stopping is free when its lease ends.
Task<void> Outbox::release(Lane& lane) {
  auto work = [&](Db& db) -> Result<void> {
    DW_CHECK(lane.unmark_unsent(db));
    return lanes::release(db, lane.claim, clock_.now());
  };
  for (;;) {
    const Result<void> released = co_await store_.write(work);
    if (released.ok() || is_lane_lost(released.error())) co_return;
    log_warn("outbox", released.error().text(), {{"lane", lane.claim.lane}});
    if (is_stopping_) co_return;
    co_await pause(store_pause);
  }
}

size_t Outbox::batch_for(const Delivery& head) const {
  // In a lane that keeps order one failed entry of a batch would be overtaken by the next.
  if (head.holds_lane) return 1;
  const Target* target = target_for(head);
  return target == nullptr ? 1 : target->batch_max();
}

Millis Outbox::timeout_for(const Delivery& head, const Target& target) const {
  return std::max(settings_.timeout, target.timeout_min(head));
}

Target* Outbox::target_for(const Delivery& delivery) const {
  const auto found = targets_.find(delivery.target);
  return found == targets_.end() ? nullptr : found->second;
}

/// Marks what is tried next, in a transaction that is already open. What an earlier try of the same
/// transaction may have marked is taken back first: it would look like a doubt.
Result<void> Outbox::mark_next(Db& db, Lane& lane) {
  lane.is_released = false;
  DW_CHECK(lane.unmark_unsent(db));
  const TimePoint now = clock_.now();
  lane.claim.until = now + settings_.lease;
  DW_TRY(Begun begun, lanes::begin_attempts(db, lane.claim, now, batch_max_, takes_answer_));
  lane.unsent = std::move(begun.taken);
  lane.is_released = begun.is_released;
  return {};
}

/// False: the lane is lost, or we stop without knowing.
Task<bool> Outbox::take_next(Lane& lane) {
  lane.batch.clear();
  while (!is_stopping_) {
    const Monotonic asked = clock_.monotonic();
    auto work = [&](Db& db) { return mark_next(db, lane); };
    const Result<void> taken = co_await store_.write(work);
    if (taken.ok()) {
      // Taking proves that the lane is held, and the store extends the hold with it.
      lane.hold.extend(asked + settings_.lease);
      lane.batch = lane.unsent;
      co_return true;
    }
    if (is_lost(lane, taken.error())) {
      lane.unsent.clear();
      co_return false;
    }
    co_await pause(store_pause);
  }
  co_return true;
}

Task<bool> Outbox::try_once(Lane& lane) {
  std::optional<std::vector<Outcome>> outcomes;
  if (lane.hold.is_held()) outcomes = co_await perform(lane);
  // Held up behind the note: another may hold the lane by now. If none does, it is ours still.
  if (!outcomes) co_return co_await take_next(lane);
  lane.unsent.clear();
  co_return co_await set_state(lane, std::move(*outcomes));
}

/// Nothing: nothing was sent, because another may have taken the lane over.
Task<std::optional<std::vector<Outcome>>> Outbox::perform(Lane& lane) {
  using Outcomes = std::optional<std::vector<Outcome>>;
  Target* target = target_for(lane.batch.front());
  if (target == nullptr) {
    const std::string why =
        fmt::format("target {} is not configured: configure it again, or discard the delivery",
                    lane.batch.front().target);
    co_return Outcomes(
        std::vector<Outcome>(lane.batch.size(), Outcome::later(why, settings_.backoff.max)));
  }
  if (lane.batch.front().is_in_doubt) {
    std::optional<Outcome> settled = co_await settle(lane, *target);
    const bool is_notified = settled && settled->kind == Outcome::Kind::done;
    if (lane.hold.was_shut() && !is_notified) co_return Outcomes();
    if (settled) co_return Outcomes(std::vector<Outcome>{std::move(*settled)});
    if (!lane.hold.is_held()) co_return Outcomes();
  }
  if (std::optional<Outcome> objection = co_await ask_first(lane)) {
    if (lane.hold.was_shut() || !lane.hold.is_held()) co_return Outcomes();
    co_return Outcomes(std::vector<Outcome>{std::move(*objection)});
  }
  std::vector<Outcome> outcomes = co_await perform_at(lane, *target);
  const bool is_unsent =
      lane.hold.was_shut() && std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome& one) {
        return one.kind == Outcome::Kind::later;
      });
  if (is_unsent) co_return Outcomes();
  co_return Outcomes(std::move(outcomes));
}

/// What a delivery repeats may be something else by now: whoever knows is asked right before it is
/// sent. Nothing: it may be sent.
Task<std::optional<Outcome>> Outbox::ask_first(Lane& lane) {
  using Objection = std::optional<Outcome>;
  const Delivery& delivery = lane.batch.front();
  const std::optional<Precondition> first = precondition_of(delivery.payload);
  if (!first || lane.batch.size() != 1) co_return Objection();
  const auto found = targets_.find(first->target);
  if (found == targets_.end()) {
    co_return Objection(Outcome::later("nothing named " + first->target + " is configured"));
  }
  Delivery question = delivery;
  question.payload = first->question;
  const Outcome answer = co_await ask(lane, *found->second, std::move(question));
  if (answer.kind == Outcome::Kind::done) {
    const JsonView told(answer.answer);
    if (told["stands"].boolean().value_or(false)) co_return Objection();
    Outcome taken_back = Outcome::refused(told["why"].text().value_or("taken back"));
    taken_back.is_unwanted = true;
    co_return Objection(std::move(taken_back));
  }
  co_return Objection(
      Outcome::later(first->target + " could not say whether it still stands: " + answer.why));
}

Task<Outcome> Outbox::ask(Lane& lane, Target& target, Delivery question) {
  std::vector<Delivery> one;
  one.push_back(std::move(question));
  try {
    std::vector<Outcome> answers =
        co_await target.perform(std::move(one), lane.hold.begin(settings_.timeout));
    co_return std::move(answers.front());
  } catch (const std::exception& thrown) {
    if (is_cut(thrown)) throw;
    metrics_.add("deskwire_defects_total", {{"target", target.label()}});
    co_return Outcome::later(fmt::format("a defect in a connector: {}", thrown.what()));
  }
}

/// A connector that throws has failed at these deliveries, and at no others.
Task<std::vector<Outcome>> Outbox::perform_at(Lane& lane, Target& target) {
  std::string defect;
  try {
    std::vector<Delivery> batch = lane.batch;
    const Millis timeout = timeout_for(batch.front(), target);
    std::vector<Outcome> outcomes =
        co_await target.perform(std::move(batch), lane.hold.begin(timeout));
    DW_ASSERT(outcomes.size() == lane.batch.size(), "a target gives one outcome for each delivery");
    co_return outcomes;
  } catch (const std::exception& thrown) {
    if (is_cut(thrown)) throw;
    defect = thrown.what();
  }
  log_error("outbox", "a defect in a connector: " + defect, {{"target", target.label()}});
  metrics_.add("deskwire_defects_total", {{"target", target.label()}});
  const std::string why = "a defect in the connector: " + defect;
  co_return std::vector<Outcome>(lane.batch.size(),
                                 lane.hold.was_open() ? Outcome::unsure(why) : Outcome::later(why));
}

Task<Settled> Outbox::settle_at(Lane& lane, Target& target) {
  std::string defect;
  try {
    Delivery copy = lane.batch.front();
    co_return co_await target.settle(std::move(copy), lane.hold.begin(settings_.timeout));
  } catch (const std::exception& thrown) {
    if (is_cut(thrown)) throw;
    defect = thrown.what();
  }
  log_error("outbox", "a defect in a connector: " + defect, {{"target", target.label()}});
  metrics_.add("deskwire_defects_total", {{"target", target.label()}});
  co_return Settled{.kind = Settled::Kind::later, .why = "a defect in the connector: " + defect};
}

/// Nothing: the delivery may be performed again.
Task<std::optional<Outcome>> Outbox::settle(Lane& lane, Target& target) {
  const Delivery delivery = lane.batch.front();
  Settled settled = co_await settle_at(lane, target);
  log_info("outbox", "settled a delivery in doubt",
           {{"id", to_text(delivery.event)},
            {"delivery", to_text(delivery.id)},
            {"found", static_cast<int>(settled.kind)},
            {"why", settled.why}});
  switch (settled.kind) {
    case Settled::Kind::happened:
      co_return Outcome::done(std::move(settled.answer));
    case Settled::Kind::not_happened:
      // Known from here on, also if it can't be sent just now.
      for (auto* one : {&lane.batch, &lane.unsent}) one->front().is_in_doubt = false;
      co_return std::nullopt;
    case Settled::Kind::repeatable:
      co_return std::nullopt;
    case Settled::Kind::later:
    case Settled::Kind::unknown:
      break;
  }
  Outcome outcome = Outcome::unsure(std::move(settled.why));
  outcome.is_unknowable = settled.kind == Settled::Kind::unknown;
  co_return outcome;
}

/// A doubt that an earlier try left stays until its target settles it, whatever this try met.
Finished Outbox::judge(const Delivery& delivery, const Outcome& outcome, TimePoint now) {
  Finished finished{.id = delivery.id, .reason = outcome.why, .next_attempt_at = {}};
  finished.is_in_doubt = delivery.is_in_doubt;
  const bool is_over = is_given_up(settings_.backoff, delivery.created_at, now);
  // Whoever asked a question hears that there is no answer: no person has to decide.
  const bool is_heard = !delivery.answer_kind.empty() && operation_of(delivery.payload) == "ask";
  const auto failed =
      outcome.is_unwanted || is_heard ? DeliveryState::discarded : DeliveryState::dead;
  switch (outcome.kind) {
    case Outcome::Kind::done:
      finished.state = DeliveryState::done;
      finished.is_in_doubt = false;
      finished.reason.clear();
      break;
    case Outcome::Kind::refused:
      finished.state = failed;
      break;
    case Outcome::Kind::later:
      if (is_over) {
        const bool is_dead = failed == DeliveryState::dead;
        finished.state = is_dead && finished.is_in_doubt ? DeliveryState::unsure : failed;
        finished.reason =
            fmt::format("gave up after {}: {}", counted(delivery.attempts, "attempt", "attempts"),
                        finished.reason);
      } else {
        finished.state = DeliveryState::pending;
        finished.next_attempt_at =
            now + next_wait(settings_.backoff, delivery.attempts, outcome.when, random_);
      }
      break;
    case Outcome::Kind::unsure:
      finished.is_in_doubt = !outcome.is_unknowable;  // that one a person decides
      if (outcome.is_unknowable || is_over) {
        finished.state = DeliveryState::unsure;
      } else {
        finished.state = DeliveryState::pending;
        // A target that can't even be asked is asked less and less often. A replica whose clock is
        // ahead must not ask before what broke off has had its time.
        finished.next_attempt_at =
            now + std::max(settle_pause + clocks_apart_max,
                           next_wait(settings_.backoff, delivery.attempts, outcome.when, random_));
      }
      break;
  }
  return finished;
}

Task<bool> Outbox::set_state(Lane& lane, std::vector<Outcome> outcomes) {
  const TimePoint now = clock_.now();
  std::vector<Finished> finished;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    outcomes[i].why = shown(outcomes[i].why);
    finished.push_back(judge(lane.batch[i], outcomes[i], now));
  }
  Inbox::Counts counts;
  Inbox::Broken broken;
  Monotonic asked;
  auto work = [&](Db& db) -> Result<void> {
    counts = {};
    for (size_t i = 0; i < finished.size(); ++i) {
      DW_CHECK(lanes::finish(db, lane.claim, finished[i], now));
      const DeliveryState state = finished[i].state;
      if (state == DeliveryState::pending || state == DeliveryState::unsure) continue;
      DW_CHECK(inbox_.take_answer(db, lane.batch[i], outcomes[i], counts, broken));
    }
    return is_stopping_ ? lane.unmark_unsent(db) : mark_next(db, lane);
  };
  for (;;) {
    asked = clock_.monotonic();
    const size_t broken_before = broken.size();
    const Result<void> written = co_await store_.write(work);
    if (written.ok()) break;
    if (is_lost(lane, written.error())) {
      lane.unsent.clear();
      co_return false;
    }
    // An answer whose plan can't be written is parked with the reason, at the next try.
    if (!is_passing(written.error().kind) && broken.size() == broken_before) {
      for (const Delivery& one : lane.batch) broken.emplace(one.id, written.error().text());
    }
    if (broken.size() > broken_before) continue;
    // The effect happened and its note is not written: keep trying while the lane is ours.
    if (is_stopping_) co_return false;
    co_await pause(store_pause);
  }
  inbox_.count(counts);
  for (size_t i = 0; i < finished.size(); ++i) report(lane.batch[i], outcomes[i], finished[i]);
  lane.batch = is_stopping_ ? std::vector<Delivery>() : lane.unsent;
  lane.hold.extend(asked + settings_.lease);
  co_return true;
}

void Outbox::report(const Delivery& delivery, const Outcome& outcome, const Finished& finished) {
  const Target* target = target_for(delivery);
  const std::string label = target == nullptr ? "unknown" : target->label();
  metrics_.add("deskwire_deliveries_total",
               {{"target", label}, {"outcome", name_of(outcome.kind)}});
  if (told_ && target != nullptr && !is_own_pace(outcome)) told_(label, outcome);
  const LogFields fields = {{"id", to_text(delivery.event)},
                            {"delivery", to_text(delivery.id)},
                            {"target", label},
                            {"attempt", delivery.attempts},
                            {"why", finished.reason}};
  if (finished.state == DeliveryState::done) {
    const std::chrono::duration<double> took = clock_.now() - delivery.created_at;
    metrics_.observe("deskwire_delivery_seconds", took.count(), {{"target", label}});
    log_debug("outbox", "delivered", fields);
  } else if (finished.state == DeliveryState::pending) {
    const LogLevel level = is_own_pace(outcome) ? LogLevel::debug : LogLevel::info;
    log(level, "outbox", "not delivered yet", fields);
  } else if (finished.state == DeliveryState::discarded) {
    log_warn("outbox", "not delivered, and nobody has to decide about it", fields);
  } else {
    const bool is_unknown = finished.state == DeliveryState::unsure;
    log_error("outbox",
              is_unknown ? "delivery needs a decision: outcome unknown"
                         : "delivery needs a decision: it is dead",
              fields);
  }
}

}  // namespace dw
