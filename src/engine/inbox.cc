#include "engine/inbox.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/log.h"
#include "base/storable.h"
#include "engine/chat_audit.h"
#include "engine/in_order.h"
#include "records/audit.h"
#include "records/deliveries.h"
#include "records/events.h"

namespace dw {
namespace {

/// A local delivery's answer may plan further local deliveries, this often. A job that needs more
/// is caught in a circle.
constexpr int local_rounds_max = 8;

constexpr size_t key_bytes_max = 512;
constexpr std::string_view parked_marker = "inbox.parked";

/// {"delivery":"d-000191","operation":"open","is_done":true,"answer":{"id":"42"},"reference":…}, or
/// with "why" if it was refused, or given up after retry.give_up ("is_given_up").
Event answer_event(const Delivery& delivery, const Outcome& outcome, TimePoint now) {
  const bool is_done = outcome.kind == Outcome::Kind::done;
  json::object body{{"delivery", to_text(delivery.id)},
                    {"target", delivery.target},
                    {"operation", json::string(operation_of(delivery.payload))},
                    {"ticket", delivery.ticket.value},
                    {"lane", delivery.lane},
                    {"reference", delivery.reference},
                    {"is_done", is_done}};
  if (is_done) {
    body["answer"] = outcome.answer;
  } else {
    body["why"] = outcome.why;
    body["is_given_up"] = outcome.kind == Outcome::Kind::later;
  }
  return {.source = "delivery",
          .key = to_text(delivery.id) + (is_done ? "" : "/dead"),
          .kind = delivery.answer_kind,
          .at = now,
          .body = std::move(body)};
}

/// Before anything is decided on it: what a store can't keep as it is becomes what it can. The API
/// has refused such texts by then; other senders can't be told.
void make_storable(Event& event) {
  event.source = storable(std::move(event.source));
  event.key = storable(std::move(event.key));
  dw::make_storable(event.body);
}

// What a stored reply says beside what the job answered.
constexpr std::string_view open_member = "may_be_corrected", closed_member = "corrected_by";

bool may_be_corrected(const json::value& reply) {
  return JsonView(reply)[open_member].boolean().value_or(false);
}

/// What another body under the key of `event` is recorded as.
std::string correction_key(const Event& event) {
  const std::string digest = to_hex(bytes_of(sha256(to_text(event.body))));
  const std::string key = event.key + "#" + digest;
  return key.size() <= key_bytes_max ? key : to_hex(bytes_of(sha256(key)));
}

/// Planned in one commit at most: the store's other works wait behind it.
constexpr size_t received_per_commit = 128;
constexpr int conflicts_max = 3;

bool is_defect(const Error& error) {
  return error.where == parked_marker;
}

AuditEntry audit_line(const Asked& asked, const Event& event, const json::value& reply) {
  const auto ticket = JsonView(reply)["ticket"].integer();
  std::string subject = ticket ? fmt::format("ticket {}", *ticket) : "";
  if (!subject.empty() && !asked.detail.empty()) subject += ": ";
  return {event.at, asked.who, asked.what, subject + asked.detail};
}

}  // namespace

/// What one commit plans of what was received, and what came of each.
struct Received {
  std::vector<Event> events{};
  std::vector<EventId> ids{};  ///< in the same places, as are
  std::vector<Accepted> accepted{};
  bool is_all = true;
  Inbox::Counts counts{};
  std::optional<size_t> at{};  ///< which one is being planned
  /// What attempts before this one met: a defect, or a job that refused. Nobody is there any more
  /// who could be told, so it is parked.
  std::map<std::pair<std::string, std::string>, Error> broken{};
  int conflicts = 0;

  const Error* trouble_of(const Event& event) const {
    const auto found = broken.find({event.source, event.key});
    return found == broken.end() ? nullptr : &found->second;
  }
  /// What to do about it is known, and may succeed at once. False: it is the store that failed.
  bool note_trouble(const Error& error) {
    if (!at || is_passing(error.kind)) return false;
    // Another replica may have been in front, which passes.
    const bool may_pass = error.kind == ErrorKind::conflict && !is_defect(error);
    if (may_pass && ++conflicts <= conflicts_max) return true;
    const Event& event = events.at(*at);
    return broken.try_emplace({event.source, event.key}, error).second;
  }
};

Inbox::Inbox(Store& store, Clock& clock, Metrics& metrics, std::vector<const Job*> jobs,
             std::vector<LocalTarget*> local_targets)
    : store_(store), clock_(clock), metrics_(metrics), jobs_(std::move(jobs)) {
  for (LocalTarget* target : local_targets) local_targets_.emplace(target->name(), target);
  for (const Job* job : jobs_) job->declare(metrics_);
  metrics_.declare_counter("deskwire_events_accepted_total",
                           "Events committed for the first time, by source");
  metrics_.declare_counter("deskwire_events_duplicate_total",
                           "Repeated events, which changed nothing, by source");
  metrics_.declare_counter("deskwire_events_parked_total",
                           "Events parked because of a defect, by source");
  metrics_.declare_counter("deskwire_tickets_opened_total", "Tickets opened");
  metrics_.declare_counter("deskwire_deliveries_total", "Delivery attempts, by target and outcome");
  metrics_.declare_histogram("deskwire_accept_seconds",
                             "Time from receiving an event to its commit",
                             {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5});
}

bool Inbox::takes(std::string_view kind) const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [kind](const Job* job) { return job->takes(kind); });
}

Task<Result<Accepted>> Inbox::accept_asked(Event event, std::optional<Asked> asked) {
  make_storable(event);
  if (!takes(event.kind)) {
    co_return Error{ErrorKind::invalid, event.source,
                    "no job handles events of kind " + event.kind};
  }
  const Monotonic started = clock_.monotonic();
  Accepted accepted;
  if (order_ != nullptr && InOrder::is_for(event)) {
    DW_CO_CHECK(co_await order_->receive(std::move(event)));
    observe_accepted(started);
    co_return accepted;
  }
  Counts counts;
  EventId id;
  // The work runs on the store's thread while this frame waits: what it refers to stays.
  const auto record = [&](Db& db) { return events::record_later(db, event, id); };
  const auto ask = [&](Db& db) { return id ? prepare(db, event) : Result<void>(); };
  const auto plan = [&](Db& db) -> Result<void> {
    counts = {};
    DW_TRY(accepted, take(db, event, id, asked, counts));
    return {};
  };
  WriteWork work({record, ask}, plan);
  const Result<void> written = co_await store_.write(std::move(work));
  if (!written.ok()) {
    if (is_defect(written.error())) {
      co_return co_await park(std::move(event), written.error().what);
    }
    co_return written.error();
  }
  observe_accepted(started);
  count_accepted(event, accepted);
  count(counts);
  co_return accepted;
}

void Inbox::observe_accepted(Monotonic started) {
  const std::chrono::duration<double> took = clock_.monotonic() - started;
  metrics_.observe("deskwire_accept_seconds", took.count());
}

void Inbox::count_accepted(const Event& event, const Accepted& accepted) {
  metrics_.add(
      accepted.is_first ? "deskwire_events_accepted_total" : "deskwire_events_duplicate_total",
      {{"source", event.source}});
}

Task<Result<bool>> Inbox::plan_received(SaidUntil until) {
  Received received;
  // Channels are locked in front of all that the commit locks, so that no two replicas wait for
  // each other.
  const auto record = [&](Db& db) { return record_received(db, until, received); };
  const auto ask = [&](Db& db) { return prepare_received(db, received); };
  const auto plan = [&](Db& db) { return take_received(db, received); };
  for (;;) {
    WriteWork work({record, ask}, plan);
    const Result<void> written = co_await store_.write(std::move(work));
    if (written.ok()) break;
    if (!received.note_trouble(written.error())) co_return written.error();
  }
  for (size_t i = 0; i < received.events.size(); ++i) {
    const Event& event = received.events[i];
    const Accepted& accepted = received.accepted[i];
    const Error* trouble = received.trouble_of(event);
    if (trouble == nullptr) {
      count_accepted(event, accepted);
    } else {
      note_parked(event, accepted.event, trouble->what);
    }
  }
  count(received.counts);
  co_return received.is_all;
}

Result<void> Inbox::record_received(Db& db, const SaidUntil& until, Received& received) {
  received.events.clear();
  received.is_all = true;
  received.at.reset();
  for (const auto& [channel, said_at] : until) {
    const size_t room = received_per_commit - received.events.size();
    DW_TRY(std::vector<Event> taken,
           received::take(db, channel, said_at, static_cast<int64_t>(room)));
    std::move(taken.begin(), taken.end(), std::back_inserter(received.events));
    received.is_all = received.events.size() < received_per_commit;
    if (!received.is_all) break;
  }
  received.ids.assign(received.events.size(), {});
  for (size_t i = 0; i < received.events.size(); ++i) {
    DW_CHECK(events::record_later(db, received.events[i], received.ids[i]));
  }
  return {};
}

Result<void> Inbox::prepare_received(Db& db, Received& received) {
  for (size_t i = 0; i < received.events.size(); ++i) {
    const Event& event = received.events[i];
    received.at = i;
    if (received.ids[i] && received.trouble_of(event) == nullptr) DW_CHECK(prepare(db, event));
  }
  received.at.reset();
  return {};
}

Result<void> Inbox::take_received(Db& db, Received& received) {
  const std::vector<Event>& all = received.events;
  received.counts = {};
  received.accepted.assign(all.size(), {});
  for (size_t i = 0; i < all.size(); ++i) {
    received.at = i;
    Accepted& accepted = received.accepted[i];
    if (const Error* trouble = received.trouble_of(all[i]); trouble == nullptr) {
      DW_TRY(accepted, take(db, all[i], received.ids[i], std::nullopt, received.counts));
    } else {
      DW_TRY(accepted, park_recorded(db, all[i], received.ids[i], trouble->what));
    }
  }
  received.at.reset();
  return {};
}

/// A repeat of what stands stays as it is.
Result<Accepted> Inbox::park_recorded(Db& db, const Event& event, EventId id,
                                      const std::string& reason) {
  DW_TRY(const Recorded recorded, events::recorded(db, event, id));
  if (recorded.is_first) {
    DW_CHECK(events::set_state(db, recorded.id, EventState::parked, reason, nullptr));
  }
  return Accepted{.event = recorded.id, .is_first = recorded.is_first, .is_parked = true};
}

void Inbox::note_parked(const Event& event, EventId id, const std::string& reason) {
  log_error("inbox", "parked: " + reason,
            {{"id", to_text(id)}, {"source", event.source}, {"kind", event.kind}});
  metrics_.add("deskwire_events_parked_total", {{"source", event.source}});
}

void Inbox::count(const Counts& counts) {
  if (counts.parked > 0) {
    metrics_.add("deskwire_events_parked_total", {{"source", "delivery"}}, counts.parked);
  }
  for (const Counted& one : counts.counted) {
    if (one.label.empty()) {
      metrics_.add(one.metric);
    } else {
      metrics_.add(one.metric, {{one.label, one.value}});
    }
  }
  for (const auto& [label, performed] : counts.performed) {
    metrics_.add("deskwire_deliveries_total", {{"target", label}, {"outcome", "done"}}, performed);
  }
}

Result<void> Inbox::prepare(Db& db, const Event& event) {
  try {
    for (const Job* job : jobs_) {
      if (job->takes(event.kind)) DW_CHECK(job->prepare(event, db));
    }
  } catch (const std::exception& defect) {
    return Error{ErrorKind::conflict, std::string(parked_marker), defect.what()};  // see take()
  }
  return {};
}

Result<Accepted> Inbox::take(Db& db, const Event& event, EventId id,
                             const std::optional<Asked>& asked, Counts& counts) {
  DW_TRY(Recorded recorded, events::recorded(db, event, id));
  if (recorded.is_first) return plan_recorded(db, event, recorded.id, asked, counts);
  if (!recorded.is_same_body && may_be_corrected(recorded.reply)) {
    DW_CHECK(events::lock(db, recorded.id));
    return take_correction(db, event, asked, counts);
  }
  return Accepted{.event = recorded.id,
                  .is_first = false,
                  .is_same_body = recorded.is_same_body,
                  .reply = std::move(recorded.reply)};
}

/// Whoever was refused has corrected the message, which keeps its key. The first event is locked:
/// of two corrections at once one opens the ticket, and the other gets its reply.
Result<Accepted> Inbox::take_correction(Db& db, const Event& event,
                                        const std::optional<Asked>& asked, Counts& counts) {
  DW_TRY(Recorded first, events::recorded(db, event, {}));
  if (const auto by = JsonView(first.reply)[closed_member].integer()) {
    DW_TRY(auto corrected, events::find(db, EventId{*by}));
    json::value reply = corrected ? std::move(corrected->reply) : std::move(first.reply);
    return Accepted{.event = {*by}, .is_first = false, .reply = std::move(reply)};
  }
  Event correction = event;
  correction.key = correction_key(event);
  DW_TRY(Recorded recorded, events::record(db, correction));
  if (!recorded.is_first) {
    return Accepted{.event = recorded.id, .is_first = false, .reply = std::move(recorded.reply)};
  }
  DW_TRY(Accepted out, plan_recorded(db, correction, recorded.id, asked, counts));
  if (!may_be_corrected(out.reply)) {
    first.reply.as_object()[closed_member] = recorded.id.value;
    DW_CHECK(events::set_state(db, first.id, EventState::done, "", first.reply));
  }
  return out;
}

Result<Accepted> Inbox::plan_recorded(Db& db, const Event& event, EventId id,
                                      const std::optional<Asked>& asked, Counts& counts) {
  try {
    DW_TRY(json::value reply, plan_rounds(db, {id, event}, counts));
    DW_CHECK(events::set_state(db, id, EventState::done, "", reply));
    if (asked) DW_CHECK(audit::add(db, audit_line(*asked, event, reply)));
    return Accepted{.event = id, .reply = std::move(reply)};
  } catch (const std::exception& defect) {
    // Jobs are pure, so nothing is corrupt; but the savepoint may hold half of a plan. The error
    // rolls it back, and accept() parks the event in a commit of its own.
    return Error{ErrorKind::conflict, std::string(parked_marker), defect.what()};
  }
}

Result<json::value> Inbox::plan_rounds(Db& db, const Planned& first, Counts& counts) {
  json::value reply;
  std::vector<Round> next;
  DW_CHECK(plan_by_all(db, first, next, counts, reply));
  for (int done = 1; !next.empty(); ++done) {
    DW_ASSERT(done < local_rounds_max, "a job must not answer its own answers for ever");
    const std::vector<Round> rounds = std::exchange(next, {});
    for (const Round& one : rounds) {
      DW_CHECK(plan_by_all(db, {one.cause, one.event}, next, counts, reply));
    }
  }
  return reply;
}

/// The first job that replies to it is heard, and later rounds after earlier ones.
Result<void> Inbox::plan_by_all(Db& db, const Planned& planned, std::vector<Round>& next,
                                Counts& counts, json::value& reply) {
  json::value said;
  for (const Job* job : jobs_) {
    if (!job->takes(planned.event.kind)) continue;
    DW_TRY(json::value one, plan_one(db, *job, planned, next, counts));
    if (said.is_null()) said = std::move(one);
  }
  if (!said.is_null()) reply = std::move(said);
  return {};
}

Result<json::value> Inbox::plan_one(Db& db, const Job& job, const Planned& planned,
                                    std::vector<Round>& next, Counts& counts) {
  DW_TRY(Plan plan, job.decide(planned.event, db));
  if (plan.refusal) return std::move(*plan.refusal);
  for (const Change& change : plan.changes) {
    DW_CHECK(change.write(db, planned.event.at));
    if (const char* metric = change.counted()) counts.counted.push_back({metric});
  }
  for (size_t place = 0; place < plan.deliveries.size(); ++place) {
    const bool needs_id = static_cast<bool>(plan.on_added);
    DW_TRY(const DeliveryId id,
           apply(db, std::move(plan.deliveries[place]), needs_id, planned, next, counts));
    if (needs_id && id) DW_CHECK(plan.on_added(db, place, id));
  }
  for (Event& found : plan.found) {
    make_storable(found);
    DW_TRY(const Recorded recorded, events::record(db, found));
    if (recorded.is_first) next.push_back({recorded.id, std::move(found)});
  }
  if (plan.kept_body) {
    dw::make_storable(*plan.kept_body);
    DW_CHECK(events::set_body(db, planned.cause, *plan.kept_body));
  }
  for (Counted& one : plan.counted) counts.counted.push_back(std::move(one));
  if (plan.may_be_corrected) plan.reply.as_object()[open_member] = true;
  return std::move(plan.reply);
}

/// The number of a delivery that waits for the outbox, if it is needed; none of a local one, which
/// has happened.
Result<DeliveryId> Inbox::apply(Db& db, Delivery delivery, bool needs_id, const Planned& planned,
                                std::vector<Round>& next, Counts& counts) {
  const TimePoint now = planned.event.at;
  delivery.event = planned.cause;
  delivery.created_at = now;
  DW_TRY(const auto line, chat_audit(db, planned.event, delivery));
  if (line) DW_CHECK(audit::add(db, *line));
  const auto local = local_targets_.find(delivery.target);
  if (local == local_targets_.end()) {
    if (!delivery.next_attempt_at) delivery.next_attempt_at = now;
    if (!needs_id) {
      DW_CHECK(deliveries::add_unseen(db, delivery));
      return DeliveryId();
    }
    DW_TRY(const DeliveryId id, deliveries::add(db, delivery));
    DW_ASSERT(id, "the store numbers deliveries from 1");
    return id;
  }
  DW_TRY(Outcome outcome, local->second->apply(db, delivery, now));
  const bool is_done = outcome.kind == Outcome::Kind::done;
  DW_ASSERT(is_done || outcome.kind == Outcome::Kind::refused,
            "a local target does it or refuses it, in the same transaction");
  delivery.attempts = 1;
  delivery.state = is_done ? DeliveryState::done : DeliveryState::dead;
  delivery.reason = outcome.why;
  if (is_done) delivery.done_at = now;
  ++counts.performed[local->second->label()];
  if (delivery.answer_kind.empty()) {
    DW_CHECK(deliveries::add_unseen(db, delivery));
    return DeliveryId();
  }
  DW_TRY(delivery.id, deliveries::add(db, delivery));
  Event answer = answer_event(delivery, outcome, now);
  DW_TRY(const Recorded recorded, events::record(db, answer));
  next.push_back({recorded.id, std::move(answer)});
  return DeliveryId();
}

Result<void> Inbox::take_answer(Db& db, const Delivery& delivery, const Outcome& outcome,
                                Counts& counts, Broken& broken) {
  if (delivery.answer_kind.empty() || !takes(delivery.answer_kind)) return {};
  Event event = answer_event(delivery, outcome, clock_.now());
  make_storable(event);
  DW_TRY(const Recorded recorded, events::record(db, event));
  if (!recorded.is_first) return {};
  if (const auto defect = broken.find(delivery.id); defect != broken.end()) {
    ++counts.parked;
    return events::set_state(db, recorded.id, EventState::parked, defect->second, nullptr);
  }
  try {
    DW_TRY(const json::value reply, plan_rounds(db, {recorded.id, event}, counts));
    return events::set_state(db, recorded.id, EventState::done, "", reply);
  } catch (const std::exception& defect) {
    log_error("inbox", defect.what(), {{"delivery", to_text(delivery.id)}, {"kind", event.kind}});
    broken[delivery.id] = defect.what();
    return Error{ErrorKind::invalid, std::string(parked_marker), defect.what()};
  }
}

Task<Result<Accepted>> Inbox::park(Event event, std::string reason) {
  Accepted accepted;
  auto work = [&](Db& db) -> Result<void> {
    EventId id;
    DW_CHECK(events::record_later(db, event, id));
    DW_CHECK(db.settle());
    DW_TRY(accepted, park_recorded(db, event, id, reason));
    return {};
  };
  DW_CO_CHECK(co_await store_.write(work));
  note_parked(event, accepted.event, reason);
  co_return accepted;
}

}  // namespace dw
