#include "jobs/storm/relaying.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "base/text.h"
#include "domain/comment_source.h"
#include "domain/pieces.h"
#include "jobs/storm/parent_copies.h"
#include "records/own_words.h"
#include "records/tickets.h"

namespace dw {
namespace {

const std::string& own_source() {
  static const std::string text(deskwire_source);
  return text;
}

std::string lane_of(const Ticket& ticket, const std::optional<BridgeLink>& link) {
  return link ? fmt::format("slack:{}/{}", link->channel, link->thread)
              : fmt::format("ticket:{}", ticket.id.value);
}

bool is_outside(const Ticket& ticket) {
  return ticket.desk != "embedded";
}

/// Behind what the bridge says in that thread.
Delivery in_thread(const IncidentMember& member, ChatPost post) {
  post.channel = member.link->channel;
  post.thread = member.link->thread;
  return {.ticket = member.ticket.id,
          .lane = lane_of(member.ticket, member.link) + "/chat",
          .target = "slack",
          .payload = std::move(post),
          .holds_lane = false};
}

/// Whether its requester reads the thread: that of an email is for agents.
bool reads_thread(const IncidentMember& member) {
  return member.link && member.ticket.source.starts_with("slack:");
}

/// Deskwire's own words: in the thread, and for a requester who reads none at the desk.
void tell(Plan& plan, const IncidentMember& member, const std::string& words,
          std::vector<ChatButton> buttons, TimePoint now) {
  if (member.link) {
    plan.deliveries.push_back(in_thread(member, {.text = words, .buttons = std::move(buttons)}));
  }
  if (reads_thread(member)) return;
  plan.deliveries.push_back(at_desk(member.ticket, member.link,
                                    DeskComment{.ticket = member.ticket.id,
                                                .author_name = "Deskwire",
                                                .body = words,
                                                .source = own_source(),
                                                .external_id = member.ticket.external.id}));
  if (!is_outside(member.ticket)) return;
  plan.changes.emplace_back(AddComment{{.ticket = member.ticket.id,
                                        .author_name = "Deskwire",
                                        .body = words,
                                        .is_public = true,
                                        .at = now,
                                        .source = own_source()}});
}

/// The record says at once what the desk is asked for: the bridge leaves a link alone that the
/// desk does not know (yet).
void plan_link(Plan& plan, const IncidentMember& member, const Incident& incident,
               const Ticket& parent, TicketPatch patch) {
  const Ticket& ticket = member.ticket;
  if (is_outside(ticket) || ticket.desk != parent.desk) {
    plan.changes.emplace_back(ChangeTicket{ticket.id, patch});
  }
  // A desk links its own tickets alone; the others are joined in the store. What an agent linked
  // or unlinked there is left as it is.
  if (ticket.desk != parent.desk) return;
  const bool is_joining = patch.problem_id == parent.id;
  const MemberLink wanted = is_joining ? MemberLink::linked : MemberLink::cut;
  if (member.desk_link == wanted) return;
  Delivery update = at_desk(ticket, member.link,
                            DeskUpdate{.ticket = ticket.id,
                                       .patch = std::move(patch),
                                       .external_id = ticket.external.id,
                                       .problem = is_joining ? parent.external.id : ""});
  if (is_outside(ticket)) {
    update.answer_kind = std::string(storm_linked_kind);
    update.reference = encode_link({incident.group, ticket.id, !is_joining});
  }
  plan.deliveries.push_back(std::move(update));
}

/// Its first message was taken back before the desk heard of it.
bool is_withdrawn(const Ticket& ticket) {
  return is_outside(ticket) && ticket.external.id.empty();
}

void forget_withdrawn(Plan& plan, const IncidentMember& member) {
  const TicketId ticket = member.ticket.id;
  plan.changes.emplace_back(
      ChangeTicket{ticket, {.type = member.type_before, .problem_id = TicketId()}});
  plan.changes.emplace_back(SetMember{ticket, MemberState::left});
}

void plan_join(Plan& plan, const IncidentMember& member, const Incident& incident,
               const Ticket& parent, TimePoint now) {
  if (is_withdrawn(member.ticket)) return forget_withdrawn(plan, member);
  plan_link(plan, member, incident, parent,
            {.type = TicketType::incident, .problem_id = parent.id});
  tell(plan, member,
       fmt::format("This is part of a known incident, #{}. Updates follow here.",
                   tickets::number_of(parent)),
       {{.label = "Not this one",
         .url = {},
         .action = std::string(leave_action),
         .value = std::to_string(member.ticket.id.value)}},
       now);
  plan.changes.emplace_back(SetMember{member.ticket.id, MemberState::joined});
}

/// Asks the bridge to mention who is on call: "spared": unless the thread has heard of it before.
void plan_mention(Plan& plan, const IncidentMember& member, const char* why) {
  if (!member.link) return;
  const int64_t id = member.ticket.id.value;
  plan.deliveries.push_back({.ticket = member.ticket.id,
                             .lane = lane_of(member.ticket, member.link) + "/oncall",
                             .target = waiting_target_name,
                             .payload = Lookup{"waits", {{"ticket", id}}},
                             .holds_lane = false,
                             .answer_kind = std::string(mention_kind),
                             .reference = fmt::format("{} {}", id, why)});
}

/// The comment at the parent's desk that an answer repeats; its target is empty where the answer
/// was given in Deskwire.
CommentSource source_of(const IncidentAnswer& answer) {
  const std::vector<std::string_view> parts = split(answer.key, '/');
  if (answer.digest.empty() || parts.size() != 3) return {};
  return {"desk:" + std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
          answer.digest};
}

/// In the thread in as many posts as it needs; the last one answers for all.
void plan_posts(Plan& plan, const Unheard& one) {
  ChatPost post{
      .text = one.answer.body, .author_name = one.answer.author, .source = source_of(one.answer)};
  const size_t pieces = pieces_of(post).size();
  for (size_t i = 1; i <= pieces; ++i) {
    if (pieces > 1) post.part = static_cast<int>(i);
    if (i == pieces) post.files = one.answer.files;
    Delivery said = in_thread(one.member, post);
    if (i == pieces) {
      said.answer_kind = std::string(storm_heard_kind);
      said.reference =
          encode_heard({one.answer.id, one.member.ticket.id, reads_thread(one.member)});
    }
    plan.deliveries.push_back(std::move(said));
    post.author_name.clear();
  }
}

void plan_hearing(Plan& plan, const Unheard& one, TimePoint now) {
  const IncidentMember& member = one.member;
  const Ticket& ticket = member.ticket;
  // Its requester opened it again: it is an ordinary ticket.
  if (member.state == MemberState::ended && ticket.status != Status::solved) {
    plan.changes.emplace_back(SetMember{ticket.id, MemberState::leaving});
    return;
  }
  plan.changes.emplace_back(SetHeard{one.answer.id, ticket.id, HeardState::pending});
  const CommentSource said = source_of(one.answer);
  const std::string source = said.target.empty() ? "incident" : encode_comment_source(said);
  if (is_outside(ticket)) {
    plan.changes.emplace_back(AddComment{{.ticket = ticket.id,
                                          .author_name = one.answer.author,
                                          .author_email = one.answer.author_email,
                                          .body = one.answer.body,
                                          .is_public = true,
                                          .at = now,
                                          .source = source}});
  }
  if (member.link) plan_posts(plan, one);
  Delivery comment = at_desk(ticket, member.link,
                             DeskComment{.ticket = ticket.id,
                                         .author_name = one.answer.author,
                                         .author_email = one.answer.author_email,
                                         .body = one.answer.body,
                                         .source = source,
                                         .external_id = ticket.external.id,
                                         .files = one.answer.files});
  comment.answer_kind = std::string(storm_heard_kind);
  comment.reference = encode_heard({one.answer.id, ticket.id, !reads_thread(member)});
  plan.deliveries.push_back(std::move(comment));
}

/// Solved with the incident, unless its requester said something since the last answer.
void plan_end(Plan& plan, const IncidentMember& member, bool has_replied) {
  const Ticket& ticket = member.ticket;
  if (has_replied) {
    plan.changes.emplace_back(SetMember{ticket.id, MemberState::leaving});
    plan_mention(plan, member, "replied");
    return;
  }
  plan.changes.emplace_back(SetMember{ticket.id, MemberState::ended});
  if (ticket.status == Status::solved) return;
  Delivery update = at_desk(ticket, member.link,
                            DeskUpdate{.ticket = ticket.id,
                                       .patch = {.status = Status::solved},
                                       .external_id = ticket.external.id});
  // The bridge says so in the thread, as it does of every ticket.
  if (member.link || is_outside(ticket)) update.answer_kind = "desk.done";
  plan.deliveries.push_back(std::move(update));
}

/// Last of all: an outside desk solves what is still linked to a solved problem.
void plan_end_of_parent(Plan& plan, const Ticket& parent) {
  if (parent.status == Status::solved) return;
  Delivery update = at_desk(parent, std::nullopt,
                            DeskUpdate{.ticket = parent.id,
                                       .patch = {.status = Status::solved},
                                       .external_id = parent.external.id});
  if (is_outside(parent)) update.answer_kind = "desk.done";
  plan.deliveries.push_back(std::move(update));
}

}  // namespace

void plan_leave(Plan& plan, const IncidentMember& member, const Incident& incident,
                const Ticket& parent) {
  if (is_withdrawn(member.ticket)) return forget_withdrawn(plan, member);
  plan_link(plan, member, incident, parent, {.type = member.type_before, .problem_id = TicketId()});
  if (member.link) {
    plan.deliveries.push_back(in_thread(
        member,
        {.text = fmt::format("No longer part of incident #{}.", tickets::number_of(parent))}));
  }
  // Of one that stays open when the incident closes, it was asked for with that.
  if (incident.state != IncidentState::solved) plan_mention(plan, member, "spared");
  const bool is_asked = is_outside(member.ticket) && member.ticket.desk == parent.desk &&
                        member.desk_link != MemberLink::cut;
  plan.changes.emplace_back(
      SetMember{member.ticket.id, is_asked ? MemberState::unlinking : MemberState::left});
}

Delivery at_desk(const Ticket& ticket, const std::optional<BridgeLink>& link, Payload payload) {
  return {.ticket = ticket.id,
          .lane = lane_of(ticket, link),
          .target = "desk:" + ticket.desk,
          .payload = std::move(payload),
          .holds_lane = false};
}

Delivery next_step(const Incident& incident) {
  return {.lane = fmt::format("storm:step:{}", incident.group),
          .target = waiting_target_name,
          .payload = Lookup{"waits", {{"ticket", incident.parent.value}}},
          .holds_lane = false,
          .answer_kind = std::string(storm_step_kind),
          .reference = std::to_string(incident.group)};
}

void plan_step(Plan& plan, const Incident& incident, const Ticket& parent, const StepWork& work,
               TimePoint now) {
  // Its number stands in what threads are told.
  if (is_outside(parent) && parent.external.id.empty()) return;
  for (const IncidentMember& one : work.joining) plan_join(plan, one, incident, parent, now);
  for (const Unheard& one : work.unheard) plan_hearing(plan, one, now);
  for (const IncidentMember& one : work.leaving) plan_leave(plan, one, incident, parent);
  for (const IncidentMember& one : work.solving) plan_watch(plan, one, incident, work.parent, now);
  for (const IncidentMember& one : work.ending) {
    const auto replied = std::find(work.replied.begin(), work.replied.end(), one.ticket.id);
    plan_end(plan, one, replied != work.replied.end());
  }
  const bool has_worked = !work.joining.empty() || !work.unheard.empty() || !work.leaving.empty() ||
                          !work.ending.empty() || !work.solving.empty();
  if (has_worked) {
    plan.deliveries.push_back(next_step(incident));
  } else if (!work.is_unlinking && is_ended(incident.state) && work.parent.solver.empty()) {
    plan_end_of_parent(plan, parent);
  }
}

std::string encode_link(const LinkReference& reference) {
  return fmt::format("{} {} {}", reference.group, reference.ticket.value,
                     reference.is_leaving ? "leave" : "join");
}

LinkReference decode_link(std::string_view text) {
  const std::vector<std::string_view> words = split(text, ' ');
  if (words.size() != 3) return {};
  return {number_in(words[0]).value_or(0), {number_in(words[1]).value_or(0)}, words[2] == "leave"};
}

std::string encode_heard(const HeardReference& reference) {
  return fmt::format("{} {} {}", reference.answer, reference.ticket.value,
                     reference.is_main ? "main" : "also");
}

HeardReference decode_heard(std::string_view text) {
  const std::vector<std::string_view> words = split(text, ' ');
  if (words.size() != 3) return {};
  return {number_in(words[0]).value_or(0), {number_in(words[1]).value_or(0)}, words[2] == "main"};
}

}  // namespace dw
