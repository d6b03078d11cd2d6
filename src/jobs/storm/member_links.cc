#include "jobs/storm/member_links.h"

#include <fmt/format.h>

#include <algorithm>

#include "records/tickets.h"

namespace dw {
namespace {

/// Its desk had it linked, and Deskwire does not ask for anything else.
bool is_linked(const MemberRow& row) {
  switch (row.state) {
    case MemberState::joined:
    case MemberState::ended:
    case MemberState::solving:
    case MemberState::watched:
      return row.link == MemberLink::linked;
    default:
      return false;
  }
}

bool is_unlinked_there(const MembershipView& view, const std::string& problem) {
  return view.row && view.of && view.parent && is_linked(*view.row) &&
         view.parent->external.id != problem;
}

/// One that Deskwire itself has linked, or is about to unlink, is no news.
bool is_linked_there(const MembershipView& view) {
  if (!view.linked || view.linked->state != IncidentState::open) return false;
  if (!view.row || view.row->group != view.linked->group) return true;
  const bool is_outside =
      view.row->state == MemberState::seen || view.row->state == MemberState::left;
  return is_outside && view.row->link != MemberLink::linked;
}

/// The desk names the problem of an incident that the ticket has left: it is old news, or an
/// agent's.
bool is_of_left(const MembershipView& view) {
  return view.linked && view.row && view.row->group == view.linked->group &&
         view.row->state == MemberState::left && view.row->link != MemberLink::linked;
}

/// The bridge reads the comments of a ticket with a thread; before the first answer nobody replies.
bool may_have_replied(const MembershipView& view) {
  if (view.link || view.is_asking || !view.row || !view.of) return false;
  const MemberState state = view.row->state;
  return view.of->state == IncidentState::open && view.of->first_answer_at &&
         (state == MemberState::joined || state == MemberState::ended);
}

void plan_unlinked(Plan& plan, const JsonView& answer, const MembershipView& view) {
  const TicketType type = ticket_type_named(text_at(answer, "type")).value_or(TicketType::none);
  const int64_t group = view.of->group;
  plan.changes.emplace_back(RemoveMember{group, view.ticket->id});
  plan.changes.emplace_back(SetMemberLink{group, view.ticket->id, MemberLink::cut});
  if (view.of->state == IncidentState::open) {
    plan_leave(plan,
               {.ticket = *view.ticket,
                .link = view.link,
                .state = MemberState::leaving,
                .type_before = type,
                .desk_link = MemberLink::cut},
               *view.of, *view.parent);
    return;
  }
  // Of an incident that is over nobody is told.
  plan.changes.emplace_back(
      ChangeTicket{view.ticket->id, {.type = type, .problem_id = TicketId()}});
  plan.changes.emplace_back(SetMember{view.ticket->id, MemberState::left});
}

}  // namespace

std::string replies_lane(TicketId ticket) {
  return fmt::format("storm:replies:{}", ticket.value);
}

Plan plan_link_news(const JsonView& answer, const MembershipView& view) {
  Plan plan;
  if (!view.ticket) return plan;
  const std::string reference = std::to_string(view.ticket->id.value);
  const std::string& id = view.ticket->external.id;
  if (is_unlinked_there(view, text_at(answer, "problem_id")) || is_linked_there(view) ||
      is_of_left(view)) {
    Delivery question = at_desk(*view.ticket, view.link, Lookup{"ticket", {{"id", id}}});
    question.answer_kind = std::string(storm_membership_kind);
    question.reference = reference;
    plan.deliveries.push_back(std::move(question));
  }
  if (may_have_replied(view)) {
    Delivery question =
        at_desk(*view.ticket, view.link, Lookup{"updates", {{"id", id}, {"after", ""}}});
    question.lane = replies_lane(view.ticket->id);
    question.answer_kind = std::string(storm_replies_kind);
    question.reference = reference;
    plan.deliveries.push_back(std::move(question));
  }
  return plan;
}

Plan plan_replies(const JsonView& answer, const MembershipView& view) {
  Plan plan;
  if (!view.ticket || !view.row || !view.of) return plan;
  std::optional<TimePoint> replied_at;
  for (const JsonView& one : answer["updates"].elements()) {
    const JsonView comment = one["comment"];
    const bool is_theirs = comment.is_object() && text_at(one, "marker").empty() &&
                           comment["is_public"].boolean().value_or(false) &&
                           !comment["author"]["is_agent"].boolean().value_or(true);
    const auto at = from_rfc3339(text_at(one, "at"));
    if (is_theirs && at) replied_at = std::max(replied_at.value_or(*at), *at);
  }
  const bool is_news = replied_at && (!view.row->replied_at || *view.row->replied_at < *replied_at);
  if (is_news) plan.changes.emplace_back(SetReplied{view.of->group, view.ticket->id, *replied_at});
  return plan;
}

Plan plan_membership(const JsonView& answer, const MembershipView& view) {
  Plan plan;
  if (!view.ticket) return plan;
  if (is_unlinked_there(view, text_at(answer, "problem_id"))) plan_unlinked(plan, answer, view);
  const bool is_free = !view.row || view.row->state == MemberState::left;
  if (is_free && view.ticket->problem_id && text_at(answer, "problem_id").empty()) {
    // Our record has what the bridge heard from before it left.
    const auto type = ticket_type_named(text_at(answer, "type")).value_or(TicketType::none);
    plan.changes.emplace_back(
        ChangeTicket{view.ticket->id, {.type = type, .problem_id = TicketId()}});
  }
  if (is_linked_there(view)) {
    plan.changes.emplace_back(JoinAtDesk{view.linked->group, view.ticket->id});
    plan.deliveries.push_back(next_step(*view.linked));
  }
  return plan;
}

}  // namespace dw
