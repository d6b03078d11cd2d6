#include "jobs/storm/incident_view.h"

#include <algorithm>

#include "base/number.h"
#include "jobs/storm/announcing.h"
#include "jobs/storm/live.h"
#include "jobs/storm/parent_updates.h"
#include "jobs/storm/thread_command.h"
#include "records/deliveries.h"
#include "records/links.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr std::string_view pressed_kind = "chat.action";
constexpr std::string_view said_kind = "chat.message";
constexpr std::string_view edited_kind = "chat.edit";
constexpr size_t answers_max = 500;
constexpr size_t twins_max = 50;
constexpr std::string_view comment_kind = "desk.comment";
constexpr std::string_view update_kind = "desk.update";
/// The one outside desk.
constexpr const char* outside_desk = "zendesk";

bool is_in_thread(const JsonView& body) {
  const std::string thread = text_at(body, "thread");
  return !thread.empty() && thread != text_at(body, "message");
}

class Reading {
 public:
  Reading(const Event& event, ReadDb& db) : event_(event), body_(event.body), db_(db) {}

  Result<IncidentView> read() {
    const std::string_view kind = event_.kind;
    if (kind == storm_heard_kind) return std::move(view_);
    if (is_opened_at_desk(event_)) {
      DW_TRY(const int64_t group, group_of({body_["ticket"].integer().value_or(0)}));
      DW_CHECK(find_uncounted(group));
      return std::move(view_);
    }
    if (kind == intake_opened_kind) return std::move(view_);
    if (is_of_desk(kind)) {
      DW_CHECK(read_of_desk());
    } else if (kind == storm_open_kind) {
      DW_CHECK(read_opening());
    } else if (kind == pressed_kind) {
      DW_CHECK(read_press());
    } else if (kind == said_kind || kind == edited_kind) {
      DW_CHECK(read_said());
    } else if (kind == storm_join_kind) {
      DW_CHECK(read_one(join_command_in(event_).ticket));
    } else if (kind == storm_auto_kind) {
      DW_CHECK(find_group_of({number_in(text_at(body_, "reference")).value_or(0)}));
      DW_CHECK(read_new_parent());
    } else if (kind == storm_person_kind) {
      DW_CHECK(read_command(decode_thread_command(text_at(body_, "reference"))));
    } else if (kind == storm_linked_kind) {
      const LinkReference about = decode_link(text_at(body_, "reference"));
      DW_CHECK(find_uncounted(about.group));
      DW_TRY(view_.member, storm::member_of(db_, about.ticket));
    } else if (kind == storm_step_kind) {
      DW_CHECK(find_uncounted(number_in(text_at(body_, "reference")).value_or(0)));
      if (view_.incident) DW_CHECK(read_work());
    } else if (kind == storm_opened_kind) {
      DW_CHECK(find_parent({number_in(text_at(body_, "reference")).value_or(0)}));
    } else {
      const bool is_desk = kind == comment_kind || kind == update_kind;
      DW_CHECK(find_parent({body_[is_desk ? "ticket" : "incident"].integer().value_or(0)}));
      if (kind == storm_tickets_kind) DW_CHECK(read_named({"add", "remove"}));
    }
    return std::move(view_);
  }

 private:
  static bool is_of_desk(std::string_view kind) {
    return kind == changed_kind || kind == storm_updates_kind || kind == storm_copied_kind ||
           kind == desk_ticket_kind || kind == storm_membership_kind || kind == storm_replies_kind;
  }

  /// What an outside desk tells.
  Result<void> read_of_desk() {
    const std::string_view kind = event_.kind;
    const std::string reference = text_at(body_, "reference");
    if (kind == desk_ticket_kind) {
      if (!is_desk_ticket(event_)) return {};
      const std::string id = text_at(body_["answer"], "id");
      DW_TRY(const auto ticket, tickets::find_at_desk(db_, outside_desk, id));
      return read_membership(ticket.value_or(TicketId()));
    }
    if (kind == storm_membership_kind || kind == storm_replies_kind) {
      DW_CHECK(db_.guard("storm"));
      return read_membership({number_in(reference).value_or(0)});
    }
    if (kind == changed_kind) {
      const std::string id = text_at(body_, "ticket");
      DW_TRY(const auto ticket, tickets::find_at_desk(db_, outside_desk, id));
      DW_CHECK(find_parent(ticket.value_or(TicketId())));
    } else if (kind == storm_updates_kind) {
      DW_CHECK(find_group(number_in(reference).value_or(0)));
    } else {
      const LinkReference about = decode_link(reference);
      DW_CHECK(find_uncounted(about.group));
      DW_TRY(view_.member, storm::member_of(db_, about.ticket));
      DW_CHECK(read_one(about.ticket));
    }
    if (!view_.incident) return {};
    const int64_t group = view_.incident->group;
    DW_TRY(view_.work.parent, storm::parent_at_desk(db_, group));
    DW_TRY(view_.is_asking, is_about_to_ask(updates_lane(group)));
    return {};
  }

  /// A question that nobody has begun to ask will be answered with what is so then.
  Result<bool> is_about_to_ask(const std::string& lane) {
    DW_TRY(const auto asked, deliveries::open_in_lane(db_, lane, 10));
    return std::any_of(asked.begin(), asked.end(), [](const Delivery& one) {
      return one.state == DeliveryState::pending && one.attempts == 0;
    });
  }

  /// Most tickets are part of nothing, here and there.
  Result<void> read_membership(TicketId id) {
    MembershipView& known = view_.membership;
    const std::string problem = text_at(body_["answer"], "problem_id");
    if (!id) return {};
    DW_TRY(known.row, storm::member_of(db_, id));
    if (!known.row && problem.empty()) return {};
    if (!problem.empty()) {
      DW_TRY(const auto parent, tickets::find_at_desk(db_, outside_desk, problem));
      DW_TRY(const int64_t linked, storm::group_of_parent(db_, parent.value_or(TicketId())));
      DW_TRY(known.linked, storm::find_uncounted(db_, linked));
    }
    if (known.row) {
      DW_TRY(known.of, storm::find_uncounted(db_, known.row->group));
    }
    if (known.of && known.of->parent) {
      DW_TRY(known.parent, tickets::find(db_, known.of->parent));
    }
    DW_TRY(known.ticket, tickets::find(db_, id));
    DW_TRY(known.link, links::of_ticket(db_, id));
    DW_TRY(known.is_asking, is_about_to_ask(replies_lane(id)));
    return {};
  }

  /// For what tells people of it.
  Result<void> find_group(int64_t group) {
    DW_CHECK(find_incident(group, true));
    if (group == 0 || !view_.incident) return {};
    DW_TRY(view_.tickets, storm::tickets_of(db_, group, incident_tickets_shown));
    return {};
  }

  /// For what happens once for each of its tickets.
  Result<void> find_uncounted(int64_t group) { return find_incident(group, false); }

  Result<void> find_incident(int64_t group, bool is_counted) {
    if (group == 0) return {};
    DW_CHECK(db_.guard("storm"));
    DW_TRY(view_.incident,
           is_counted ? storm::find(db_, group) : storm::find_uncounted(db_, group));
    if (!view_.incident) return {};
    if (view_.incident->parent) {
      DW_TRY(view_.parent, tickets::find(db_, view_.incident->parent));
    }
    return {};
  }

  Result<void> find_parent(TicketId parent) {
    if (!parent) return {};
    DW_TRY(const int64_t group, storm::group_of_parent(db_, parent));
    return find_group(group);
  }

  Result<int64_t> group_of(TicketId ticket) {
    if (!ticket) return 0;
    DW_TRY(const auto groups, storm::groups_of(db_, {ticket}));
    const auto found = groups.find(ticket.value);
    return found == groups.end() ? 0 : found->second;
  }

  Result<void> find_group_of(TicketId ticket) {
    DW_TRY(const int64_t group, group_of(ticket));
    return find_group(group);
  }

  Result<void> read_opening() {
    DW_CHECK(find_group(group_named(text_at(body_, "group")).value_or(0)));
    DW_CHECK(db_.guard("storm"));
    DW_CHECK(read_named({"tickets"}));
    return read_new_parent();
  }

  Result<void> read_new_parent() {
    const bool is_group = view_.incident && !view_.incident->parent;
    if (!is_group && view_.named.empty()) return {};
    if (is_group) {
      DW_TRY(view_.is_mostly_outside, storm::is_mostly_outside(db_, view_.incident->group));
    } else {
      const auto outside =
          std::count_if(view_.named.begin(), view_.named.end(),
                        [](const auto& one) { return one.second.ticket.desk != "embedded"; });
      view_.is_mostly_outside = static_cast<size_t>(outside) * 2 > view_.named.size();
    }
    DW_TRY(view_.fresh_ticket, tickets::reserve_id(db_));
    return {};
  }

  Result<void> read_press() {
    const std::string action = text_at(body_, "action");
    if (action != open_action && action != leave_action) return {};
    const TicketId ticket{number_in(text_at(body_, "value")).value_or(0)};
    DW_CHECK(find_group_of(ticket));
    return action == open_action ? read_new_parent() : read_one(ticket);
  }

  Result<void> read_said() {
    std::optional<ThreadCommand> said = thread_command_in(event_);
    if (!said) said = talk_in(event_);
    if (!is_in_thread(body_) || !said) return {};
    DW_TRY(const int64_t group,
           storm::group_of_message(db_, text_at(body_, "channel"), text_at(body_, "thread")));
    DW_CHECK(find_group(group));
    if (!view_.incident) return {};
    if (event_.kind == edited_kind) {
      DW_TRY(view_.answers, storm::answers_of(db_, group, answers_max));
      return {};
    }
    return read_twin(*said);
  }

  /// The two events of one message come close together.
  Result<void> read_twin(const ThreadCommand& said) {
    DW_TRY(auto asked, deliveries::list(db_, {.lane = command_lane(view_.incident->group),
                                              .page = {.limit = twins_max}}));
    for (Delivery& one : asked.items) {
      if (decode_thread_command(one.reference).key == said.key) view_.twin = std::move(one);
    }
    return {};
  }

  Result<void> read_command(const ThreadCommand& command) {
    if (!command.is_join()) return find_group(command.group);
    DW_CHECK(db_.guard("storm"));
    DW_CHECK(read_one(command.ticket));
    const auto named = view_.named.find(command.ticket.value);
    if (named == view_.named.end()) return {};
    const std::string desk = named->second.ticket.desk;
    DW_TRY(const int64_t group, storm::group_of_number(db_, command.text, desk));
    return find_group(group);
  }

  Result<void> read_one(TicketId id) {
    NamedTicket named;
    DW_TRY(auto ticket, tickets::find(db_, id));
    if (!ticket) return {};
    named.ticket = std::move(*ticket);
    DW_TRY(const auto groups, storm::groups_of(db_, {id}));
    const auto found = groups.find(id.value);
    if (found != groups.end()) {
      DW_TRY(named.incident, storm::find_uncounted(db_, found->second));
    }
    view_.named[id.value] = std::move(named);
    return {};
  }

  Result<void> read_named(std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      for (const JsonView& one : body_[key].elements()) {
        DW_CHECK(read_one({one.integer().value_or(0)}));
      }
    }
    return {};
  }

  Result<void> read_work() {
    StepWork& work = view_.work;
    const int64_t group = view_.incident->group;
    DW_TRY(work.joining, storm::members_in(db_, group, MemberState::joining, step_tickets_max));
    DW_TRY(work.unheard, storm::unheard(db_, group, step_tickets_max));
    DW_TRY(work.leaving, storm::members_in(db_, group, MemberState::leaving, step_tickets_max));
    DW_TRY(const auto unlinking, storm::members_in(db_, group, MemberState::unlinking, 1));
    work.is_unlinking = !unlinking.empty();
    DW_TRY(work.solving, storm::members_in(db_, group, MemberState::solving, step_tickets_max));
    DW_TRY(work.parent, storm::parent_at_desk(db_, group));
    // What was answered is heard before anything is solved.
    const bool is_ending = view_.incident->state == IncidentState::solved && work.joining.empty() &&
                           work.unheard.empty();
    if (!is_ending) return {};
    DW_TRY(work.ending, storm::members_in(db_, group, MemberState::joined, step_tickets_max));
    DW_TRY(work.replied, storm::replied(db_, group));
    return {};
  }

  const Event& event_;
  JsonView body_;
  ReadDb& db_;
  IncidentView view_;
};

}  // namespace

bool is_desk_ticket(const Event& event) {
  const JsonView body(event.body);
  const std::string reference = text_at(body, "reference");
  const bool is_one = reference.starts_with("record ") || reference.starts_with("ticket ");
  if (!is_one || !body["is_done"].boolean().value_or(false)) return false;
  // An answer from before an update of Deskwire says nothing of types and problems.
  const JsonView answer = body["answer"];
  return answer.is_object() && answer.raw()->get_object().contains("type");
}

bool is_opened_at_desk(const Event& event) {
  const JsonView body(event.body);
  const bool is_opening =
      event.kind == intake_opened_kind ||
      (event.kind == desk_ticket_kind && text_at(body, "reference").starts_with("open "));
  return is_opening && body["is_done"].boolean().value_or(false) &&
         text_at(body, "target") != "desk:embedded";
}

Result<IncidentView> read_incident(const Event& event, ReadDb& db) {
  return Reading(event, db).read();
}

}  // namespace dw
