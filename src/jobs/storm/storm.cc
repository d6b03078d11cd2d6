#include "jobs/storm/storm.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/number.h"
#include "jobs/storm/announcing.h"
#include "jobs/storm/live.h"
#include "jobs/storm/thread_command.h"
#include "records/audit.h"
#include "records/deliveries.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr int64_t requesters_min = 3;
constexpr std::string_view pressed_kind = "chat.action";
constexpr const char* groups_metric = "deskwire_storm_groups_total";
constexpr std::string_view unasked_words = "Deskwire makes this one incident";

TimePoint time_in(const JsonView& one) {
  return from_rfc3339(one.text().value_or("")).value_or(TimePoint{});
}

std::vector<SeenGroup> decode_seen(const json::value& body) {
  std::vector<SeenGroup> out;
  for (const JsonView& one : JsonView(body)["groups"].elements()) {
    SeenGroup group;
    if (const json::value* words = one["words"].raw()) group.words = storm::decode_words(*words);
    for (const JsonView& ticket : one["tickets"].elements()) {
      group.tickets.push_back({ticket["ticket"].integer().value_or(0)});
      group.requesters.push_back(ticket["requester"].integer().value_or(0));
      group.written.push_back(time_in(ticket["at"]));
    }
    group.needed = one["needed"].integer().value_or(0);
    group.since = time_in(one["since"]);
    out.push_back(std::move(group));
  }
  return out;
}

/// The known group that has more than half of a found one's tickets; 0: none has.
int64_t same_group(const SeenGroup& found, const std::map<int64_t, int64_t>& group_of) {
  std::map<int64_t, size_t> shared;
  for (const TicketId ticket : found.tickets) {
    const auto group = group_of.find(ticket.value);
    if (group == group_of.end()) continue;
    if (++shared[group->second] * 2 > found.tickets.size()) return group->second;
  }
  return 0;
}

int64_t people_in(const SeenGroup& group) {
  return static_cast<int64_t>(
      std::set<int64_t>(group.requesters.begin(), group.requesters.end()).size());
}

/// The tickets of a found group that `is_left` leaves. Its words say of no more tickets and people
/// than there are then, and it began with the first of them.
template <class Left>
SeenGroup part_of(const SeenGroup& found, const Left& is_left) {
  SeenGroup out{.words = found.words,
                .tickets = {},
                .requesters = {},
                .needed = found.needed,
                .since = found.since};
  for (size_t i = 0; i < found.tickets.size(); ++i) {
    if (!is_left(found.tickets[i])) continue;
    out.tickets.push_back(found.tickets[i]);
    out.requesters.push_back(found.requesters[i]);
    out.written.push_back(found.written[i]);
  }
  const auto first = std::min_element(out.written.begin(), out.written.end());
  if (first != out.written.end()) out.since = std::max(out.since, *first);
  for (IncidentWord& one : out.words) {
    one.word.tickets = std::min(one.word.tickets, static_cast<int64_t>(out.tickets.size()));
    one.word.requesters = std::min(one.word.requesters, people_in(out));
  }
  return out;
}

/// Without the tickets that another group has.
SeenGroup free_part(const SeenGroup& found, const std::map<int64_t, int64_t>& group_of) {
  return part_of(found, [&](TicketId one) { return group_of.count(one.value) == 0; });
}

/// Without the tickets of incidents that were solved: what is reported after the end begins
/// another one, and changes nothing that was said of the first.
SeenGroup unsolved_part(const SeenGroup& found, const StormView& view) {
  const auto is_solved = [&view](TicketId one) {
    const auto group = view.group_of.find(one.value);
    if (group == view.group_of.end()) return false;
    const auto known = view.known.find(group->second);
    return known != view.known.end() && known->second.state == IncidentState::solved;
  };
  if (std::none_of(found.tickets.begin(), found.tickets.end(), is_solved)) return found;
  return part_of(found, [&](TicketId one) { return !is_solved(one); });
}

bool is_large_enough(const SeenGroup& group) {
  return static_cast<int64_t>(group.tickets.size()) >= group.needed &&
         people_in(group) >= requesters_min;
}

void count(Plan& plan, const char* what) {
  plan.counted.push_back({groups_metric, "what", what});
}

/// The group's number in a request, or the ticket that stands for it in a button or a reference.
struct Named {
  int64_t group = 0;
  TicketId ticket;
};

Named named_in(const Event& event) {
  const JsonView body(event.body);
  if (event.kind == storm_dismiss_kind) {
    return {group_named(text_at(body, "group")).value_or(0), {}};
  }
  const bool is_press = event.kind == pressed_kind;
  if (is_press && text_at(body, "action") != dismiss_action) return {};
  return {0, {number_in(text_at(body, is_press ? "value" : "reference")).value_or(0)}};
}

/// Who dismisses, as the channel reads it.
std::string who_dismisses(const Event& event) {
  const JsonView body(event.body);
  return event.kind == storm_dismiss_kind ? text_at(body, "by") : who_pressed(body).shown();
}

Result<void> read_known(ReadDb& db, int64_t group, StormView& view) {
  if (group == 0 || view.known.count(group) > 0) return {};
  DW_TRY(auto known, storm::find(db, group));
  if (!known) return {};
  view.known[group] = std::move(*known);
  DW_TRY(view.tickets[group], storm::tickets_of(db, group, incident_tickets_shown));
  return {};
}

/// The numbers of the first tickets that are in no group yet.
Result<void> read_numbers(ReadDb& db, const SeenGroup& group, StormView& view) {
  size_t count = 0;
  for (const TicketId id : group.tickets) {
    if (view.group_of.count(id.value) > 0) continue;
    DW_TRY(const auto ticket, tickets::find(db, id));
    if (ticket) view.tickets[0].push_back({id, tickets::number_of(*ticket)});
    if (++count == incident_tickets_shown) break;
  }
  return {};
}

/// Those of a found group.
std::vector<IncidentTicket> first_of(const SeenGroup& group, const StormView& view) {
  std::vector<IncidentTicket> out;
  const auto numbers = view.tickets.find(0);
  if (numbers == view.tickets.end()) return out;
  for (const IncidentTicket& one : numbers->second) {
    const auto in = std::find(group.tickets.begin(), group.tickets.end(), one.ticket);
    if (in != group.tickets.end()) out.push_back(one);
  }
  return out;
}

/// A known group with what was found of it.
Incident grown(const Incident& known, const SeenGroup& found, int64_t fresh) {
  Incident out = known;
  out.tickets += fresh;
  // People of the tickets before are among them: never fewer than in the window.
  out.requesters = std::max(known.requesters, people_in(found));
  out.since = std::min(known.since, found.since);
  if (static_cast<int64_t>(found.tickets.size()) >= known.largest) out.words = found.words;
  return out;
}

}  // namespace

bool Storm::takes(std::string_view kind) const {
  return kind == storm_seen_kind || kind == storm_dismiss_kind || kind == pressed_kind ||
         kind == storm_announced_kind || kind == storm_rewritten_kind || incidents::takes(kind);
}

namespace {

/// Of a kind that several parts of this job hear of: the button's action says whose it is.
bool is_of_incident(const Event& event) {
  const bool is_press = event.kind == pressed_kind;
  if (is_press && JsonView(event.body)["action"].text() == dismiss_action) return false;
  return incidents::takes(event.kind);
}

}  // namespace

Result<StormView> Storm::read(const Event& event, ReadDb& db) const {
  StormView view;
  if (is_of_incident(event)) {
    DW_TRY(view.incident, read_incident(event, db));
    return view;
  }
  if (event.kind != storm_seen_kind) {
    const Named named = named_in(event);
    if (named.group == 0 && !named.ticket) return view;
    DW_CHECK(db.guard("storm"));
    DW_TRY(view.group_of, storm::groups_of(db, {named.ticket}));
    const auto has = view.group_of.find(named.ticket.value);
    DW_CHECK(read_known(db, has == view.group_of.end() ? named.group : has->second, view));
    return view;
  }
  DW_CHECK(db.guard("storm"));
  const std::vector<SeenGroup> groups = decode_seen(event.body);
  std::vector<TicketId> tickets;
  for (const SeenGroup& group : groups) {
    tickets.insert(tickets.end(), group.tickets.begin(), group.tickets.end());
  }
  DW_TRY(view.group_of, storm::groups_of(db, tickets));
  for (const auto& [ticket, group] : view.group_of) DW_CHECK(read_known(db, group, view));
  if (settings_.channel.empty()) return view;
  for (const SeenGroup& group : groups) DW_CHECK(read_numbers(db, group, view));
  return view;
}

/// Says it in the channel: for the first time, or in the place where it stands.
void Storm::plan_words(Plan& plan, const Incident& incident,
                       const std::vector<IncidentTicket>& tickets, const std::string& end) const {
  if (settings_.channel.empty() || tickets.empty()) return;
  plan.deliveries.push_back(announce({incident, tickets, settings_.channel, timezone_}, end));
}

void Storm::plan_new(Plan& plan, const Event& event, const SeenGroup& group,
                     const StormView& view) const {
  count(plan, "seen");
  plan.changes.emplace_back(AddIncident{group});
  Incident incident;
  incident.words = group.words;
  incident.tickets = static_cast<int64_t>(group.tickets.size());
  incident.requesters = people_in(group);
  incident.since = group.since;
  incident.seen_at = event.at;
  const std::vector<IncidentTicket> first = first_of(group, view);
  plan_words(plan, incident, first, settings_.is_auto ? std::string(unasked_words) : "");
  if (settings_.is_auto) plan_auto(plan, group.tickets.front());
}

/// One incident without asking, as soon as the group has its number.
void Storm::plan_auto(Plan& plan, TicketId ticket) const {
  plan.deliveries.push_back({.lane = fmt::format("storm:auto:{}", ticket.value),
                             .target = waiting_target_name,
                             .payload = Lookup{"waits", {{"ticket", ticket.value}}},
                             .holds_lane = false,
                             .answer_kind = std::string(storm_auto_kind),
                             .reference = std::to_string(ticket.value)});
}

/// While its announcement is on its way it is not changed: the answer brings the growth.
void Storm::plan_growth(Plan& plan, const Event& event, const Incident& known,
                        const SeenGroup& found, const StormView& view) const {
  SeenGroup fresh = free_part(found, view.group_of);
  // Those that joined as they were opened are in the group already.
  const bool has_joined = known.state == IncidentState::open && !known.message.empty() &&
                          known.tickets > known.announced;
  if (fresh.tickets.empty() && !has_joined) return;
  Incident more = grown(known, found, static_cast<int64_t>(fresh.tickets.size()));
  const bool is_shown_again = known.state == IncidentState::dismissed &&
                              more.tickets >= 2 * std::max<int64_t>(known.dismissed_tickets, 1);
  fresh.words = found.words;
  fresh.since = found.since;
  auto in_window = static_cast<int64_t>(found.tickets.size());
  if (known.state == IncidentState::dissolved) {
    // It stays silent about them, and what was said of it stays as it was.
    in_window = 0;
    fresh.since = known.since;
  }
  plan.changes.emplace_back(GrowIncident{known.group, std::move(fresh), in_window, is_shown_again});
  const TimePoint joined_at = known.joined_at.value_or(known.opened_at.value_or(event.at));
  if (known.state == IncidentState::open && event.at <= joined_at + settings_.join) {
    for (const TicketId ticket : found.tickets) {
      if (view.group_of.count(ticket.value) > 0) continue;
      plan.changes.emplace_back(JoinMember{known.group, ticket});
    }
    plan.deliveries.push_back(next_step(known));
  }
  // One that a person dismissed is asked about, however large it becomes.
  const bool is_auto =
      settings_.is_auto && known.state == IncidentState::seen && known.dismissed_tickets == 0;
  if (is_auto) plan_auto(plan, found.tickets.front());
  const bool is_undecided =
      known.state == IncidentState::seen || known.state == IncidentState::open;
  const bool is_announced = is_undecided && !known.message.empty();
  if (!is_shown_again && !is_announced) return;
  if (is_shown_again) {
    count(plan, "seen_again");
    more.message.clear();
    more.seen_at = event.at;
  }
  plan.changes.emplace_back(CountAnnounced{known.group, more.tickets});
  plan_words(plan, more, view.tickets.at(known.group), is_shown_again ? "" : decision_of(known));
}

void Storm::plan_seen(Plan& plan, const Event& event, const StormView& view) const {
  for (const SeenGroup& all : decode_seen(event.body)) {
    const SeenGroup found = unsolved_part(all, view);
    const auto known = view.known.find(same_group(found, view.group_of));
    if (known != view.known.end()) {
      plan_growth(plan, event, known->second, found, view);
      continue;
    }
    const SeenGroup fresh = free_part(found, view.group_of);
    if (is_large_enough(fresh)) plan_new(plan, event, fresh, view);
  }
}

/// A group that is dismissed already stays so: a second press changes nothing.
void Storm::plan_dismissal(Plan& plan, const Event& event, const StormView& view) const {
  const bool is_press = event.kind == pressed_kind;
  const JsonView body(event.body);
  if (view.known.empty()) {
    if (is_press) return;
    plan.refusal =
        Error{ErrorKind::missing, "", "there is no group " + body["group"].text().value_or("")};
    return;
  }
  const Incident& known = view.known.begin()->second;
  const std::string name = group_name(known.group), who = who_dismisses(event);
  if (!is_press) plan.reply = json::object{{"group", name}};
  if (known.state == IncidentState::dismissed) return;
  if (known.state != IncidentState::seen) {
    if (is_press) return;
    plan.refusal = Error{ErrorKind::conflict, "",
                         fmt::format("{} is incident {}: dissolve that", name, known.parent.value)};
    return;
  }
  count(plan, "dismissed");
  plan.changes.emplace_back(DismissIncident{known.group});
  if (is_press) {
    plan.changes.emplace_back(
        AddAudit{{event.at, who_pressed(body).audited(), "incident.dismiss", name}});
  }
  if (known.message.empty()) return;
  plan_words(plan, known, view.tickets.at(known.group),
             who.empty() ? "Not an incident" : "Not an incident, says " + who);
}

/// Where it stands. What was decided, or has come, while it was on its way is said now.
void Storm::plan_announced(Plan& plan, const Event& event, const StormView& view) const {
  const JsonView body(event.body);
  const bool is_done = body["is_done"].boolean().value_or(false);
  if (event.kind == storm_rewritten_kind) {
    // A workspace that lets nobody change a message keeps the words that it has.
    const auto refused = delivery_id_named(body["delivery"].text().value_or(""));
    if (!is_done && refused) {
      plan.changes.emplace_back(DropDelivery{*refused, "the announcement keeps its words"});
    }
    return;
  }
  if (!is_done || view.known.empty()) return;
  Incident known = view.known.begin()->second;
  known.channel = body["answer"]["channel"].text().value_or("");
  known.message = body["answer"]["message"].text().value_or("");
  if (known.message.empty()) return;
  plan.changes.emplace_back(SetAnnouncement{known.group, known.channel, known.message});
  if (known.state != IncidentState::seen) {
    plan_words(plan, known, view.tickets.at(known.group), decision_of(known));
  } else if (known.tickets > known.announced) {
    plan.changes.emplace_back(CountAnnounced{known.group, known.tickets});
    plan_words(plan, known, view.tickets.at(known.group), "");
  }
}

Plan Storm::plan(const Event& event, const StormView& view) const {
  if (is_of_incident(event)) return incidents::plan(event, view.incident, timezone_);
  Plan plan;
  if (event.kind == storm_seen_kind) {
    plan_seen(plan, event, view);
  } else if (event.kind == storm_dismiss_kind || event.kind == pressed_kind) {
    plan_dismissal(plan, event, view);
  } else {
    plan_announced(plan, event, view);
  }
  return plan;
}

void Storm::declare(Metrics& metrics) const {
  metrics.declare_counter(groups_metric,
                          "Groups of tickets about one thing: seen, seen_again after they had "
                          "doubled, dismissed by a person, opened as one incident, solved, "
                          "dissolved");
}

json::object encode_seen(const std::vector<SeenGroup>& groups) {
  json::array out;
  for (const SeenGroup& group : groups) {
    json::array tickets;
    for (size_t i = 0; i < group.tickets.size(); ++i) {
      json::object ticket{{"ticket", group.tickets[i].value}, {"requester", group.requesters[i]}};
      if (i < group.written.size()) ticket["at"] = to_rfc3339(group.written[i]);
      tickets.push_back(std::move(ticket));
    }
    out.push_back(json::object{{"words", storm::encode_words(group.words)},
                               {"tickets", std::move(tickets)},
                               {"needed", group.needed},
                               {"since", to_rfc3339(group.since)}});
  }
  return {{"groups", std::move(out)}};
}

}  // namespace dw
