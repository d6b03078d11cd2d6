#include "jobs/storm/desk_side.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "jobs/storm/incident_acts.h"
#include "jobs/storm/parent_copies.h"
#include "jobs/storm/parent_updates.h"
#include "records/tickets.h"

namespace dw::desk_side {
namespace {

constexpr auto kinds =
    std::to_array<std::string_view>({changed_kind, storm_updates_kind, storm_copied_kind,
                                     desk_ticket_kind, storm_membership_kind, storm_replies_kind});

Plan plan_changed(const IncidentView& view) {
  Plan plan;
  if (!view.incident || !view.parent || view.parent->external.id.empty()) return plan;
  const IncidentState state = view.incident->state;
  const bool is_watched = state == IncidentState::open || state == IncidentState::solved;
  if (!is_watched || view.is_asking) return plan;
  plan.deliveries.push_back(
      ask_updates(*view.incident, *view.parent, view.work.parent.updates_until));
  return plan;
}

/// What agents did to the parent, in order.
class Updating {
 public:
  Updating(const Event& event, const IncidentView& view, const std::string& zone)
      : event_(event), view_(view), timezone_(zone), incident_(*view.incident) {}

  Plan plan(const JsonView& answer) {
    const std::string& known = view_.work.parent.updates_until;
    for (const ParentUpdate& one : updates_in(answer, *view_.parent, known, event_.at)) take(one);
    if (!plan_.changes.empty()) plan_.deliveries.push_back(next_step(incident_));
    plan_.changes.emplace_back(SetUpdatesUntil{incident_.group, updates_until(answer, known)});
    return std::move(plan_);
  }

 private:
  void take(const ParentUpdate& update) {
    if (update.is_reopening() && incident_.state == IncidentState::solved) {
      reopen_incident(plan_, view_, incident_, timezone_);
    }
    if (incident_.state != IncidentState::open) return;
    std::string solved_with;
    if (update.is_answer && is_sent(plan_, view_, update.answer)) {
      solved_with = update.answer.key;
      add(update.answer);
    }
    if (!update.is_solving()) return;
    end_incident(plan_, view_, incident_, IncidentState::solved,
                 update.is_answer ? update.answer.author : "", timezone_);
    plan_.changes.emplace_back(
        SolveAtDesk{incident_.group, update.author, update.at, std::move(solved_with)});
    incident_.state = IncidentState::solved;
  }

  void add(const IncidentAnswer& said) {
    plan_.changes.emplace_back(AddComment{{.ticket = view_.parent->id,
                                           .author_name = said.author,
                                           .author_email = said.author_email,
                                           .body = said.body,
                                           .is_public = true,
                                           .at = event_.at,
                                           .source = view_.parent->desk}});
    plan_.changes.emplace_back(AddAnswer{incident_.group, said});
  }

  const Event& event_;
  const IncidentView& view_;
  const std::string& timezone_;
  Incident incident_;  ///< as the updates so far left it
  Plan plan_;
};

Plan plan_copy(const Event& event, const IncidentView& view) {
  Plan plan;
  const auto ticket = view.named.begin();
  if (!view.incident || !view.member || ticket == view.named.end()) return plan;
  plan_copied(plan, JsonView(event.body), *view.incident, view.work.parent,
              {ticket->second.ticket, *view.member}, event.at);
  return plan;
}

}  // namespace

bool takes(std::string_view kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

Plan plan(const Event& event, const IncidentView& view, const std::string& zone) {
  const JsonView body(event.body);
  const JsonView answer = body["answer"];
  const std::string_view kind = event.kind;
  if (kind == changed_kind) return plan_changed(view);
  if (kind == storm_copied_kind) return plan_copy(event, view);
  if (!body["is_done"].boolean().value_or(false)) return {};
  if (kind == desk_ticket_kind) return plan_link_news(answer, view.membership);
  if (kind == storm_membership_kind) return plan_membership(answer, view.membership);
  if (kind == storm_replies_kind) return plan_replies(answer, view.membership);
  if (!view.incident || !view.parent) return {};
  return Updating(event, view, zone).plan(answer);
}

}  // namespace dw::desk_side
