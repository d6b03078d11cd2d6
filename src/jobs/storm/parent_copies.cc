#include "jobs/storm/parent_copies.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "jobs/storm/parent_updates.h"

namespace dw {
namespace {

/// When the desk is asked for the first time, and when a copy is no longer waited for.
constexpr Millis first_look{20'000}, last_look{120'000};

Delivery question(const Ticket& ticket, int64_t group, const ParentAtDesk& parent,
                  TimePoint earliest) {
  Lookup ask{"solutions",
             {{"id", ticket.external.id},
              {"author", parent.solver},
              {"since", to_rfc3339(parent.solver_at)}}};
  return {.ticket = ticket.id,
          .lane = fmt::format("storm:copy:{}", ticket.id.value),
          .target = "desk:" + ticket.desk,
          .payload = std::move(ask),
          .holds_lane = false,
          .answer_kind = std::string(storm_copied_kind),
          .reference = encode_link({group, ticket.id, false}),
          .next_attempt_at = earliest};
}

struct Found {
  bool is_solved = false;  ///< by the parent's solver, not before the parent
  bool has_copy = false;   ///< with a public comment
};

Found found_in(const JsonView& answer) {
  Found out;
  for (const JsonView& one : answer["solutions"].elements()) {
    // Deskwire's own update may have the same author.
    if (!text_at(one, "marker").empty()) continue;
    out.is_solved = true;
    const bool is_public = one["is_public"].boolean().value_or(false);
    out.has_copy = out.has_copy || (is_public && !text_at(one, "comment").empty());
  }
  return out;
}

}  // namespace

void plan_watch(Plan& plan, const IncidentMember& member, const Incident& incident,
                const ParentAtDesk& parent, TimePoint now) {
  plan.deliveries.push_back(question(member.ticket, incident.group, parent, now + first_look));
  plan.changes.emplace_back(SetMember{member.ticket.id, MemberState::watched});
}

void plan_copied(Plan& plan, const JsonView& body, const Incident& incident,
                 const ParentAtDesk& parent, const WatchedMember& member, TimePoint now) {
  const bool is_watched =
      member.row.group == incident.group && member.row.state == MemberState::watched;
  if (!is_watched) return;
  const TicketId id = member.ticket.id;
  const Found found = found_in(body["answer"]);
  const bool is_answered = found.has_copy || (found.is_solved && !parent.has_answer);
  if (is_answered) {
    // Not as one that Deskwire sent: its thread may not have read the copy yet, and shows it then.
    if (parent.answer != 0) {
      plan.changes.emplace_back(SetHeard{parent.answer, id, HeardState::copied});
    }
    plan.changes.emplace_back(SetMember{id, MemberState::ended});
    return;
  }
  const TimePoint deadline = incident.ended_at.value_or(parent.solver_at) + last_look;
  if (now < deadline) {
    plan.deliveries.push_back(question(member.ticket, incident.group, parent, deadline));
    return;
  }
  // It hears it as the others do, and is solved with them.
  plan.changes.emplace_back(SetMember{id, MemberState::joined});
  plan.deliveries.push_back(next_step(incident));
}

bool is_copy(const JsonView& comment, const CopiedAnswer& answer) {
  if (!is_agents_public(comment) || text_at(comment["author"], "id") != answer.solver) return false;
  const auto at = from_rfc3339(text_at(comment, "at"));
  if (!at || *at < answer.solver_at) return false;
  // A desk may break a copy's lines elsewhere.
  return without_white_space(words_of(comment)) == without_white_space(answer.body);
}

std::optional<AnswerCopy> copy_heard(const CopiedAnswer& answer) {
  if (!answer.heard) return AnswerCopy{.answer = answer.id, .is_second = false};
  const bool is_sent = *answer.heard == HeardState::pending || *answer.heard == HeardState::heard;
  if (!is_sent) return std::nullopt;
  return AnswerCopy{.answer = answer.id, .is_second = true};
}

}  // namespace dw
