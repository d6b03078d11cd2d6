#include "jobs/storm/storm.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace dw {
namespace {

constexpr size_t requesters_min = 3;
constexpr const char* groups_metric = "deskwire_storm_groups_total";

std::vector<SeenGroup> decode_seen(const json::value& body) {
  std::vector<SeenGroup> out;
  for (const JsonView& one : JsonView(body)["groups"].elements()) {
    SeenGroup group;
    if (const json::value* words = one["words"].raw()) group.words = storm::decode_words(*words);
    for (const JsonView& ticket : one["tickets"].elements()) {
      group.tickets.push_back({ticket["ticket"].integer().value_or(0)});
      group.requesters.push_back(ticket["requester"].integer().value_or(0));
    }
    group.needed = one["needed"].integer().value_or(0);
    group.since = from_rfc3339(one["since"].text().value_or("")).value_or(TimePoint{});
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

/// Without the tickets that another group has.
SeenGroup free_part(const SeenGroup& found, const std::map<int64_t, int64_t>& group_of) {
  SeenGroup out{.words = found.words,
                .tickets = {},
                .requesters = {},
                .needed = found.needed,
                .since = found.since};
  for (size_t i = 0; i < found.tickets.size(); ++i) {
    if (group_of.count(found.tickets[i].value) > 0) continue;
    out.tickets.push_back(found.tickets[i]);
    out.requesters.push_back(found.requesters[i]);
  }
  return out;
}

bool is_large_enough(const SeenGroup& group) {
  const std::set<int64_t> people(group.requesters.begin(), group.requesters.end());
  return static_cast<int64_t>(group.tickets.size()) >= group.needed &&
         people.size() >= requesters_min;
}

void count(Plan& plan, const char* what) {
  plan.counted.push_back({groups_metric, "what", what});
}

void plan_growth(Plan& plan, const Incident& known, const SeenGroup& found,
                 const SeenGroup& fresh) {
  if (fresh.tickets.empty()) return;
  const int64_t tickets = known.tickets + static_cast<int64_t>(fresh.tickets.size());
  const bool is_shown_again = known.state == IncidentState::dismissed &&
                              tickets >= 2 * std::max<int64_t>(known.dismissed_tickets, 1);
  if (is_shown_again) count(plan, "seen_again");
  SeenGroup more = fresh;
  more.words = found.words;
  plan.changes.emplace_back(GrowIncident{
      known.group, std::move(more), static_cast<int64_t>(found.tickets.size()), is_shown_again});
}

void plan_seen(Plan& plan, const Event& event, const StormView& view) {
  for (const SeenGroup& found : decode_seen(event.body)) {
    const SeenGroup fresh = free_part(found, view.group_of);
    const auto known = view.known.find(same_group(found, view.group_of));
    if (known != view.known.end()) {
      plan_growth(plan, known->second, found, fresh);
    } else if (is_large_enough(fresh)) {
      count(plan, "seen");
      plan.changes.emplace_back(AddIncident{fresh});
    }
  }
}

/// A group that is dismissed already stays so: a second press changes nothing.
void plan_dismissal(Plan& plan, const Event& event, const StormView& view) {
  if (view.known.empty()) {
    plan.refusal = Error{
        ErrorKind::missing, "",
        fmt::format("there is no group {}", JsonView(event.body)["group"].text().value_or(""))};
    return;
  }
  const Incident& known = view.known.begin()->second;
  plan.reply = json::object{{"group", group_name(known.group)}};
  if (known.state == IncidentState::dismissed) return;
  count(plan, "dismissed");
  plan.changes.emplace_back(DismissIncident{known.group});
}

}  // namespace

Result<StormView> Storm::read(const Event& event, ReadDb& db) const {
  StormView view;
  DW_CHECK(db.guard("storm"));
  if (event.kind == storm_dismiss_kind) {
    const auto group = group_named(JsonView(event.body)["group"].text().value_or(""));
    DW_TRY(auto known, storm::find(db, group.value_or(0)));
    if (known) view.known[known->group] = std::move(*known);
    return view;
  }
  std::vector<TicketId> tickets;
  for (const SeenGroup& group : decode_seen(event.body)) {
    tickets.insert(tickets.end(), group.tickets.begin(), group.tickets.end());
  }
  DW_TRY(view.group_of, storm::groups_of(db, tickets));
  for (const auto& [ticket, group] : view.group_of) {
    if (view.known.count(group) > 0) continue;
    DW_TRY(auto known, storm::find(db, group));
    if (known) view.known[group] = std::move(*known);
  }
  return view;
}

Plan Storm::plan(const Event& event, const StormView& view) const {
  Plan plan;
  if (event.kind == storm_dismiss_kind) {
    plan_dismissal(plan, event, view);
  } else {
    plan_seen(plan, event, view);
  }
  return plan;
}

void Storm::declare(Metrics& metrics) const {
  metrics.declare_counter(groups_metric,
                          "Groups of tickets about one thing: seen, seen_again after they had "
                          "doubled, dismissed by a person");
}

json::object encode_seen(const std::vector<SeenGroup>& groups) {
  json::array out;
  for (const SeenGroup& group : groups) {
    json::array tickets;
    for (size_t i = 0; i < group.tickets.size(); ++i) {
      tickets.push_back(
          json::object{{"ticket", group.tickets[i].value}, {"requester", group.requesters[i]}});
    }
    out.push_back(json::object{{"words", storm::encode_words(group.words)},
                               {"tickets", std::move(tickets)},
                               {"needed", group.needed},
                               {"since", to_rfc3339(group.since)}});
  }
  return {{"groups", std::move(out)}};
}

}  // namespace dw
