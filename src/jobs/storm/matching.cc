#include "jobs/storm/matching.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "jobs/storm/looking.h"
#include "jobs/storm/parent_copies.h"
#include "jobs/storm/relaying.h"
#include "jobs/storm/rows.h"
#include "records/changes.h"
#include "sql/matching.h"

namespace dw {
namespace {

constexpr const char* live_topic_name = "incident";

std::vector<StormWord> weights_of(const std::vector<IncidentWord>& words) {
  std::vector<StormWord> out;
  for (const IncidentWord& one : words) out.push_back(one.word);
  return out;
}

/// Those of an incident's words that a ticket has, and may be shown.
std::vector<std::string> shared_words(const std::vector<IncidentWord>& incident,
                                      const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const IncidentWord& one : incident) {
    const bool is_shared = std::binary_search(words.begin(), words.end(), one.word.word);
    if (is_shared && is_shown(one)) out.push_back(one.word.word);
  }
  return out;
}

bool can_join(const Ticket& ticket) {
  return ticket.status != Status::solved && ticket.type != TicketType::problem &&
         !ticket.problem_id && !ticket.external.id.starts_with("shadow-");
}

}  // namespace

Result<void> MatchTicket::write(Db& db, TimePoint now) const {
  DW_CHECK(
      db.send(stmt::match_storm_ticket, {ticket, group, now, static_cast<int64_t>(type_before)}));
  return changes::add(db, live_topic_name, group);
}

Result<void> AddMaybe::write(Db& db, TimePoint) const {
  json::array list;
  for (const std::string& word : words) list.emplace_back(word);
  DW_CHECK(db.send(stmt::add_storm_maybe, {ticket, group, share, to_text(list)}));
  return changes::add(db, live_topic_name, group);
}

TicketMatch match_with(const std::vector<OpenStorm>& open, const Ticket& ticket, Millis join) {
  TicketMatch joined, maybe;
  if (!can_join(ticket)) return joined;
  const std::vector<std::string> words = storm_words(ticket);
  double best = 0, best_maybe = 0;
  for (const OpenStorm& one : open) {
    // What was written before it began is about something else.
    if (ticket.opened_at < one.since) continue;
    const double share = match(weights_of(one.words), words);
    const bool is_late = ticket.opened_at > one.joined_at + join;
    const bool joins = share >= match_min && !is_late;
    if (share <= (joins ? best : best_maybe)) continue;
    (joins ? best : best_maybe) = share;
    TicketMatch& found = joins ? joined : maybe;
    found = {.group = one.group,
             .problem = joins ? one.parent : TicketId(),
             .type_before = ticket.type,
             .words = shared_words(one.words, words),
             .share = std::llround(share * 1000)};
  }
  if (joined.group != 0) return joined;
  // Nobody could be told why.
  return maybe.words.empty() ? TicketMatch{} : maybe;
}

Result<bool> StormMatcher::has_open(ReadDb& db) const {
  if (!join_) return false;
  bool has_one = false;
  DW_CHECK(db.run(stmt::storm_has_open, {}, [&has_one](const Row&) { has_one = true; }));
  return has_one;
}

Result<TicketMatch> StormMatcher::match(ReadDb& db, const Ticket& ticket) const {
  DW_TRY(const bool has_one, has_open(db));
  if (!has_one || !can_join(ticket)) return TicketMatch{};
  DW_CHECK(db.guard("storm"));
  DW_TRY(const std::vector<OpenStorm> open, storm::open_storms(db));
  return match_with(open, ticket, *join_);
}

void StormMatcher::plan(const TicketMatch& match, TicketId ticket, Plan& plan) const {
  if (!match.problem) {
    plan.changes.emplace_back(AddMaybe{match.group, ticket, match.words, match.share});
    return;
  }
  plan.changes.emplace_back(MatchTicket{match.group, ticket, match.type_before});
  Incident incident;
  incident.group = match.group;
  incident.parent = match.problem;
  Delivery step = next_step(incident);
  // Whoever finishes a step holds its lane while it waits for the storm's lock, which is held here.
  step.lane = fmt::format("storm:match:{}", ticket.value);
  plan.deliveries.push_back(std::move(step));
}

Result<std::optional<AnswerCopy>> StormMatcher::find_copy(ReadDb& db, TicketId ticket,
                                                          const JsonView& comment) const {
  std::optional<AnswerCopy> none;
  DW_TRY(auto before, storm::copied_answer(db, ticket));
  if (!before || !is_copy(comment, *before)) return none;
  // Whether the ticket is sent the answer may be decided at this moment.
  DW_CHECK(db.guard("storm"));
  DW_TRY(auto now, storm::copied_answer(db, ticket));
  if (!now || !is_copy(comment, *now)) return none;
  return copy_heard(*now);
}

void StormMatcher::plan_copy(const AnswerCopy& copy, TicketId ticket, Plan& plan) const {
  plan.changes.emplace_back(SetHeard{copy.answer, ticket, HeardState::copied});
}

std::unique_ptr<TicketMatcher> storm_matcher(const StormSettings& settings) {
  return std::make_unique<StormMatcher>(settings.is_on ? std::optional(settings.join)
                                                       : std::nullopt);
}

namespace storm {

Result<std::vector<OpenStorm>> open_storms(ReadDb& db) {
  std::vector<OpenStorm> out;
  DW_CHECK(db.run(stmt::storm_open_incidents, {}, [&out](const Row& row) {
    namespace col = columns::open_storm;
    OpenStorm one{.group = row.integer(col::id),
                  .parent = {row.integer(col::parent)},
                  .words = {},
                  .since = row.time(col::since),
                  .joined_at = row.time(col::joined_at)};
    const Result<json::value> words = parse_json(row.text(col::words));
    if (words.ok()) one.words = decode_words(*words);
    out.push_back(std::move(one));
  }));
  return out;
}

Result<std::vector<MaybeTicket>> maybe_tickets(ReadDb& db, int64_t group, size_t limit) {
  std::vector<MaybeTicket> out;
  DW_CHECK(
      db.run(stmt::storm_maybe_of, {group, static_cast<int64_t>(limit)}, [&out](const Row& row) {
        MaybeTicket one{.ticket = {row.integer(0)}, .number = std::string(row.text(1)), .why = {}};
        const Result<json::value> words = parse_json(row.text(2));
        if (words.ok()) one.why = JsonView(*words).texts();
        out.push_back(std::move(one));
      }));
  return out;
}

Result<void> prune_maybe(Db& db, int64_t group) {
  return db.send(stmt::drop_storm_maybe, {group});
}

Result<void> prune_maybe_tickets(Db& db, const std::string& tickets) {
  return db.send(stmt::prune_storm_maybe, {tickets});
}

}  // namespace storm

}  // namespace dw
