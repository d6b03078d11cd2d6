#include "jobs/storm/incident.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/grouped_number.h"
#include "base/number.h"
#include "base/outside_text.h"
#include "base/text.h"
#include "jobs/storm/announcing.h"
#include "jobs/storm/desk_side.h"
#include "jobs/storm/incident_acts.h"
#include "jobs/storm/refusals.h"
#include "jobs/storm/thread_command.h"
#include "jobs/storm/twin_events.h"
#include "records/audit.h"
#include "records/deliveries.h"
#include "records/own_words.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr std::string_view pressed_kind = "chat.action";
constexpr std::string_view said_kind = "chat.message";
constexpr std::string_view edited_kind = "chat.edit";
constexpr std::string_view comment_kind = "desk.comment";
constexpr std::string_view update_kind = "desk.update";
constexpr int title_characters_max = 150;
constexpr size_t listed_max = 100;
constexpr const char* groups_metric = "deskwire_storm_groups_total";
constexpr std::string_view unopened =
    "the desk has not opened the parent ticket yet; try again in a moment";

void count(Plan& plan, const char* what) {
  plan.counted.push_back({groups_metric, "what", what});
}

Plan refused(ErrorKind kind, std::string what) {
  Plan plan;
  plan.refusal = Error{kind, "", std::move(what)};
  return plan;
}

/// Plans one event.
class Planning {
 public:
  Planning(const Event& event, const IncidentView& view, const std::string& zone)
      : event_(event), body_(event.body), view_(view), timezone_(zone) {}

  Plan plan() {
    const std::string_view kind = event_.kind;
    if (kind == storm_open_kind) return plan_open();
    if (kind == pressed_kind) return plan_press();
    if (kind == said_kind) return plan_said();
    if (kind == edited_kind) return plan_edited();
    if (kind == storm_person_kind) return plan_command();
    if (kind == storm_auto_kind) return plan_auto();
    if (kind == storm_join_kind) return plan_join_asked();
    if (kind == storm_opened_kind) return plan_opened();
    if (kind == storm_step_kind) return plan_next();
    if (kind == storm_linked_kind) return plan_linked();
    if (kind == storm_heard_kind) return plan_heard();
    if (is_opened_at_desk(event_)) return plan_reachable();
    if (kind == intake_opened_kind) return {};
    if (kind == comment_kind || kind == update_kind) return plan_parent_changed();
    return plan_asked();
  }

 private:
  // Opening.

  void open(const SeenGroup& named, std::string title, const std::string& by) {
    const Incident known = view_.incident.value_or(Incident());
    Ticket parent{.id = view_.fresh_ticket,
                  .title = title.empty() ? "Incident: " + shown_words(known.words)
                                         : cut_characters(title, title_characters_max),
                  .description = description_of(named),
                  .requester = {"Deskwire", "", ""},
                  .tags = {},
                  .source = "incident",
                  .desk = view_.is_mostly_outside ? "zendesk" : "embedded",
                  .opened_at = event_.at,
                  .updated_at = event_.at,
                  .type = TicketType::problem};
    plan_.changes.emplace_back(OpenTicket{parent});
    plan_.changes.emplace_back(OpenIncident{known.group, parent.id, by, named});
    const std::string key = known.group == 0 ? fmt::format("storm:ticket-{}", parent.id.value)
                                             : "storm:" + group_name(known.group);
    Delivery opening = at_desk(parent, std::nullopt,
                               DeskOpen{.ticket = parent.id,
                                        .key = key,
                                        .title = parent.title,
                                        .description = parent.description,
                                        .requester = {},
                                        .type = TicketType::problem,
                                        .is_private = true});
    opening.holds_lane = true;
    opening.answer_kind = std::string(storm_opened_kind);
    opening.reference = std::to_string(parent.id.value);
    plan_.deliveries.push_back(std::move(opening));
    count(plan_, "opened");
  }

  /// For agents alone: which tickets it is about.
  std::string description_of(const SeenGroup& named) const {
    std::string numbers;
    size_t listed = 0;
    const auto add = [&](const std::string& number) {
      numbers += (numbers.empty() ? "#" : ", #") + number;
      ++listed;
    };
    for (const IncidentTicket& one : view_.tickets) add(one.number);
    for (const TicketId id : named.tickets) {
      if (listed < listed_max) add(tickets::number_of(view_.named.at(id.value).ticket));
    }
    const size_t all =
        view_.incident ? static_cast<size_t>(view_.incident->tickets) : named.tickets.size();
    if (all > listed)
      numbers += fmt::format(" and {} more", grouped(static_cast<int64_t>(all - listed)));
    return "Tickets of this incident: " + numbers;
  }

  Plan plan_open() {
    SeenGroup named;
    const std::string name = text_at(body_, "group");
    if (!name.empty()) {
      if (!view_.incident) return refused(ErrorKind::missing, "there is no group " + name);
    } else {
      named.since = event_.at;
      for (const JsonView& one : body_["tickets"].elements()) {
        const int64_t id = one.integer().value_or(0);
        if (Plan no = check_joinable(id, nullptr); no.refusal) return no;
        const bool is_twice = std::find(named.tickets.begin(), named.tickets.end(), TicketId{id}) !=
                              named.tickets.end();
        if (is_twice) continue;
        named.tickets.push_back({id});
        named.since = std::min(named.since, view_.named.at(id).ticket.opened_at);
      }
      if (named.tickets.empty()) {
        return refused(ErrorKind::invalid, "give a group, or the ids of tickets");
      }
    }
    if (view_.incident && view_.incident->parent) {
      return refused(ErrorKind::conflict,
                     fmt::format("{} is incident {} already", name, view_.incident->parent.value));
    }
    open(named, text_at(body_, "title"), text_at(body_, "by"));
    plan_.reply = json::object{{"incident", view_.fresh_ticket.value}};
    return std::move(plan_);
  }

  /// A ticket that a person names. One that Zendesk has closed joins in the store alone.
  /// errors  missing, conflict
  Plan check_joinable(int64_t id, const Incident* into) const {
    const auto named = view_.named.find(id);
    if (named == view_.named.end()) {
      return refused(ErrorKind::missing, fmt::format("there is no ticket {}", id));
    }
    const Ticket& ticket = named->second.ticket;
    if (ticket.type == TicketType::problem) {
      return refused(ErrorKind::conflict, fmt::format("ticket {} is a problem itself", id));
    }
    if (ticket.external.id.starts_with("shadow-")) {
      return refused(ErrorKind::conflict,
                     fmt::format("ticket {} is of a bridge in shadow mode: nobody would hear", id));
    }
    const TicketId part_of = ticket.problem_id;
    if (part_of && (into == nullptr || part_of != into->parent)) {
      return refused(
          ErrorKind::conflict,
          fmt::format("ticket {} is part of problem {}: remove it there first", id, part_of.value));
    }
    if (ticket.status == Status::solved && ticket.desk == "embedded" && !part_of) {
      return refused(ErrorKind::conflict, fmt::format("ticket {} is solved: reopen it first", id));
    }
    return {};
  }

  Plan plan_opened() {
    if (!body_["is_done"].boolean().value_or(false) || !view_.incident || !view_.parent) return {};
    Ticket parent = *view_.parent;
    if (parent.desk != "embedded") {
      const JsonView answer = body_["answer"];
      parent.external = {text_at(answer, "id"), text_at(answer, "url")};
      plan_.changes.emplace_back(ChangeTicket{parent.id, {.external = parent.external}});
    }
    Incident incident = *view_.incident;
    incident.number = tickets::number_of(parent);
    rewrite_announcement(plan_, view_, incident, timezone_);
    plan_.deliveries.push_back(next_step(incident));
    return std::move(plan_);
  }

  // What people do in the chat.

  Plan plan_press() {
    const ChatPerson person = who_pressed(body_);
    if (text_at(body_, "action") == open_action) {
      if (!view_.incident || !view_.fresh_ticket) return {};
      if (view_.incident->state != IncidentState::seen) return {};
      open({}, "", person.shown());
      audit(person, "incident.open", group_name(view_.incident->group));
      return std::move(plan_);
    }
    const int64_t id = number_in(text_at(body_, "value")).value_or(0);
    if (text_at(body_, "action") != leave_action || !is_open() || view_.named.count(id) == 0) {
      return {};
    }
    plan_.changes.emplace_back(RemoveMember{view_.incident->group, {id}});
    plan_.deliveries.push_back(next_step(*view_.incident));
    audit(person, "incident.tickets", fmt::format("{}: ticket {}", named_incident(), id));
    return std::move(plan_);
  }

  Plan plan_auto() {
    const bool is_undecided = view_.incident && view_.incident->state == IncidentState::seen;
    if (!is_undecided || !view_.fresh_ticket) return {};
    open({}, "", "");
    return std::move(plan_);
  }

  Plan plan_said() {
    std::optional<ThreadCommand> command = thread_command_in(event_);
    const bool is_talk = !command;
    if (is_talk) command = talk_in(event_);
    if (!command || !view_.incident) return {};
    command->group = view_.incident->group;
    if (!view_.incident->parent) {
      if (is_talk) return {};
      say(*command, "Make it one incident first: press the button above.");
      return std::move(plan_);
    }
    if (view_.twin && !goes_on_from_twin(plan_, *view_.twin, *command, event_.at)) return {};
    ask_person(*command, command_lane(command->group));
    return std::move(plan_);
  }

  /// Those who heard an answer hear what it says now.
  Plan plan_edited() {
    std::optional<ThreadCommand> command = thread_command_in(event_);
    if (!command || !view_.incident || command->word != "answer") return {};
    const std::string said = fmt::format("{}/{}/{}", event_.source, text_at(body_, "channel"),
                                         text_at(body_, "message"));
    const auto was_said = [&](const IncidentAnswer& one) { return one.key == said; };
    if (std::none_of(view_.answers.begin(), view_.answers.end(), was_said)) return {};
    command->group = view_.incident->group;
    command->text = "edited: " + command->text;
    command->files.clear();  // they have them
    ask_person(*command, command_lane(command->group));
    return std::move(plan_);
  }

  /// Beside what is said there: nothing that Slack refuses holds a command back.
  void ask_person(const ThreadCommand& command, std::string lane) {
    plan_.deliveries.push_back({.lane = std::move(lane),
                                .target = "slack",
                                .payload = Lookup{"person", {{"id", command.person.id}}},
                                .holds_lane = false,
                                .answer_kind = std::string(storm_person_kind),
                                .reference = encode_thread_command(command),
                                .next_attempt_at = first_attempt_of(command, event_.at)});
  }

  Plan plan_join_asked() {
    const ThreadCommand command = join_command_in(event_);
    if (view_.named.empty()) return {};
    ask_person(command, fmt::format("storm:command:ticket-{}", command.ticket.value));
    return std::move(plan_);
  }

  /// Whoever joins a ticket hears the incident's answers: nobody from outside does.
  Plan plan_join_command(const ThreadCommand& command) {
    const auto found = view_.named.find(command.ticket.value);
    if (found == view_.named.end()) return {};
    const Ticket& ticket = found->second.ticket;
    if (ticket.external.id.starts_with("shadow-")) return {};
    const bool is_full_member = body_["answer"]["is_full_member"].boolean().value_or(false);
    const std::string why = problem_of_join(command.text, ticket, is_full_member,
                                            is_open() ? view_.parent->id : TicketId());
    if (!why.empty()) {
      say(command, why);
      return std::move(plan_);
    }
    plan_.changes.emplace_back(AddMember{view_.incident->group, ticket.id});
    plan_.deliveries.push_back(next_step(*view_.incident));
    audit(command.person, "incident.tickets",
          fmt::format("{}: ticket {}", named_incident(), ticket.id.value));
    return std::move(plan_);
  }

  /// A person whose profile can't be read is named by the id.
  Plan plan_command() {
    ThreadCommand command = decode_thread_command(text_at(body_, "reference"));
    command.person.name = trim(text_at(body_["answer"], "name"));
    if (command.is_join()) return plan_join_command(command);
    if (!view_.incident || !view_.parent) return {};
    const std::string name = command.person.shown();
    if (command.is_talk()) return plan_talk(std::move(command), name);
    if (view_.incident->state != IncidentState::open) {
      say(command, fmt::format("Incident #{} is {}.", view_.incident->number,
                               name_of(view_.incident->state)));
      return std::move(plan_);
    }
    if (!has_parent_at_desk()) {
      say(command, std::string(unopened) + ".");
      return std::move(plan_);
    }
    const std::string why =
        problem_of_answer(command.text, command.word == "answer", command.files);
    if (!why.empty()) {
      say(command, "Not sent: " + why + ".");
      return std::move(plan_);
    }
    const bool has_answer = !is_blank(command.text);
    if (has_answer) {
      answer({.key = command.key,
              .author = name,
              .author_email = text_at(body_["answer"], "email"),
              .body = command.text,
              .at = event_.at,
              .digest = {},
              .files = std::move(command.files)});
    }
    if (command.word != "answer") {
      end(command.word == "close" ? IncidentState::solved : IncidentState::dissolved, name);
    }
    if (command.word == "answer") {
      say(command,
          fmt::format("On its way to {}.", counted(view_.incident->joined, "ticket", "tickets")));
    }
    audit(command.person, "incident." + command.word, named_incident());
    plan_.deliveries.push_back(next_step(*view_.incident));
    return std::move(plan_);
  }

  /// For agents alone: it stays on the parent.
  Plan plan_talk(ThreadCommand talk, const std::string& name) {
    if (!has_parent_at_desk() || view_.incident->state == IncidentState::dissolved) return {};
    add_comment({.ticket = view_.parent->id,
                 .author_name = name,
                 .author_email = text_at(body_["answer"], "email"),
                 .body = std::move(talk.text),
                 .is_public = false,
                 .source = "incident",
                 .external_id = view_.parent->external.id,
                 .files = std::move(talk.files)});
    return std::move(plan_);
  }

  // What the API asks for.

  Plan plan_asked() {
    const int64_t id = body_["incident"].integer().value_or(0);
    if (!view_.incident || !view_.parent) {
      return refused(ErrorKind::missing, fmt::format("there is no incident {}", id));
    }
    if (!is_open()) {
      return refused(ErrorKind::conflict,
                     fmt::format("incident {} is {}", id, name_of(view_.incident->state)));
    }
    if (!has_parent_at_desk()) return refused(ErrorKind::conflict, std::string(unopened));
    plan_.reply = json::object{{"incident", id}};
    const std::string by = text_at(body_, "by");
    if (event_.kind == storm_tickets_kind) return plan_tickets();
    if (event_.kind == storm_dissolve_kind) {
      end(IncidentState::dissolved, by);
    } else {
      const bool is_close = event_.kind == storm_close_kind;
      std::string text(
          trim(replace_all(text_at(body_, is_close ? "answer" : "body"), "\r\n", "\n")));
      const std::string why = problem_of_answer(text, !is_close);
      if (!why.empty()) return refused(ErrorKind::invalid, "the answer was not sent: " + why);
      if (!is_blank(text)) {
        answer({.key = event_.source + "/" + event_.key,
                .author = by,
                .author_email = "",
                .body = std::move(text),
                .at = event_.at});
      }
      if (is_close) end(IncidentState::solved, by);
    }
    plan_.deliveries.push_back(next_step(*view_.incident));
    return std::move(plan_);
  }

  Plan plan_tickets() {
    const Incident& incident = *view_.incident;
    for (const JsonView& one : body_["add"].elements()) {
      const int64_t id = one.integer().value_or(0);
      if (Plan no = check_joinable(id, &incident); no.refusal) return no;
      // One that is joined stays so.
      if (view_.named.at(id).ticket.problem_id == incident.parent) continue;
      plan_.changes.emplace_back(AddMember{incident.group, {id}});
    }
    for (const JsonView& one : body_["remove"].elements()) {
      const int64_t id = one.integer().value_or(0);
      const auto named = view_.named.find(id);
      const bool is_in = named != view_.named.end() && named->second.incident &&
                         named->second.incident->group == incident.group;
      if (!is_in) {
        return refused(ErrorKind::missing, fmt::format("ticket {} is not part of incident {}", id,
                                                       incident.parent.value));
      }
      plan_.changes.emplace_back(RemoveMember{incident.group, {id}});
    }
    plan_.deliveries.push_back(next_step(incident));
    return std::move(plan_);
  }

  // What happens at the desk.

  /// The desk's own job does what is asked; its refusal refuses the event.
  Plan plan_parent_changed() {
    if (!view_.incident || !view_.parent) return {};
    if (event_.kind == comment_kind) return plan_commented();
    const std::string status = text_at(body_, "status");
    if (status == name_of(Status::solved) && is_open()) {
      end(IncidentState::solved, text_at(body_, "by"));
    } else if (!status.empty() && status != name_of(Status::solved) &&
               view_.incident->state == IncidentState::solved) {
      Incident reopened = *view_.incident;
      reopen_incident(plan_, view_, reopened, timezone_);
    } else {
      return {};
    }
    plan_.deliveries.push_back(next_step(*view_.incident));
    return std::move(plan_);
  }

  Plan plan_commented() {
    const bool is_public = body_["public"].boolean().value_or(true);
    const std::string text(trim(replace_all(text_at(body_, "body"), "\r\n", "\n")));
    if (!is_public || !is_open() || is_blank(text)) return {};
    IncidentAnswer said{.key = event_.source + "/" + event_.key,
                        .author = text_at(body_["author"], "name"),
                        .author_email = text_at(body_["author"], "email"),
                        .body = text,
                        .at = event_.at};
    if (!is_sent(plan_, view_, said)) return std::move(plan_);
    plan_.changes.emplace_back(AddAnswer{view_.incident->group, std::move(said)});
    plan_.deliveries.push_back(next_step(*view_.incident));
    return std::move(plan_);
  }

  // Steps, and what came of them.

  /// A ticket that joined when it was opened waits for its desk's number.
  Plan plan_reachable() {
    if (!view_.incident || !view_.parent || view_.incident->state == IncidentState::seen) return {};
    plan_.deliveries.push_back(next_step(*view_.incident));
    return std::move(plan_);
  }

  Plan plan_next() {
    if (!view_.incident || !view_.parent) return {};
    plan_step(plan_, *view_.incident, *view_.parent, view_.work, event_.at);
    return std::move(plan_);
  }

  void drop(const std::string& why) {
    if (const auto id = delivery_id_named(text_at(body_, "delivery"))) {
      plan_.changes.emplace_back(DropDelivery{*id, why});
    }
  }

  /// A desk that does not link the two has it joined here alone; others are retried by a person.
  Plan plan_linked() {
    const std::string why = text_at(body_, "why");
    const bool is_hopeless = why.starts_with("not linked") || why == "closed";
    if (is_hopeless) drop("joined in Deskwire alone: " + why);
    const LinkReference reference = decode_link(text_at(body_, "reference"));
    const bool is_linked = body_["is_done"].boolean().value_or(false);
    const auto note = [&](MemberLink link) {
      plan_.changes.emplace_back(SetMemberLink{reference.group, reference.ticket, link});
    };
    if (!reference.is_leaving) {
      if (is_linked) note(MemberLink::linked);
      if (is_hopeless) note(MemberLink::refused);
      return std::move(plan_);
    }
    if ((!is_linked && !is_hopeless) || !view_.incident) return std::move(plan_);
    // Unless somebody added it again meanwhile.
    const bool is_leaving = view_.member && view_.member->group == reference.group &&
                            view_.member->state == MemberState::unlinking;
    if (!is_leaving) return std::move(plan_);
    if (is_linked) {
      note(MemberLink::unknown);
      // What the bridge heard of the ticket meanwhile may have been from before.
      plan_.changes.emplace_back(ChangeTicket{
          reference.ticket, {.type = view_.member->type_before, .problem_id = TicketId()}});
    }
    plan_.changes.emplace_back(SetMember{reference.ticket, MemberState::left});
    plan_.deliveries.push_back(next_step(*view_.incident));
    return std::move(plan_);
  }

  Plan plan_heard() {
    const HeardReference reference = decode_heard(text_at(body_, "reference"));
    const bool is_done = body_["is_done"].boolean().value_or(false);
    if (!is_done && text_at(body_, "why") == "closed") drop("the ticket is permanently closed");
    if (reference.answer == 0 || !reference.is_main) return std::move(plan_);
    plan_.changes.emplace_back(SetHeard{reference.answer, reference.ticket,
                                        is_done ? HeardState::heard : HeardState::refused});
    return std::move(plan_);
  }

  // What several of them do.

  static std::string thread_lane(const ThreadCommand& command) {
    if (command.ticket) return fmt::format("storm:thread:ticket-{}", command.ticket.value);
    return fmt::format("storm:thread:{}", command.group);
  }

  bool is_open() const {
    return view_.incident && view_.parent && view_.incident->state == IncidentState::open;
  }
  bool has_parent_at_desk() const {
    return view_.parent->desk == "embedded" || !view_.parent->external.id.empty();
  }
  std::string named_incident() const {
    return fmt::format("incident {}", view_.incident->parent.value);
  }

  /// On the parent, and from there to all that are joined.
  void answer(IncidentAnswer said) {
    add_comment({.ticket = view_.parent->id,
                 .author_name = said.author,
                 .author_email = said.author_email,
                 .body = said.body,
                 .source = "incident",
                 .external_id = view_.parent->external.id,
                 .files = said.files});
    plan_.changes.emplace_back(AddAnswer{view_.incident->group, std::move(said)});
  }

  /// On the parent, here and at its desk.
  void add_comment(DeskComment comment) {
    const Ticket& parent = *view_.parent;
    if (parent.desk != "embedded") {
      plan_.changes.emplace_back(AddComment{{.ticket = parent.id,
                                             .author_name = comment.author_name,
                                             .author_email = comment.author_email,
                                             .body = comment.body,
                                             .is_public = comment.is_public,
                                             .at = event_.at,
                                             .source = comment.source}});
    }
    plan_.deliveries.push_back(at_desk(parent, std::nullopt, std::move(comment)));
  }

  void end(IncidentState state, const std::string& by) {
    end_incident(plan_, view_, *view_.incident, state, by, timezone_);
  }

  void say(const ThreadCommand& command, std::string words) {
    ChatPost post{.channel = command.channel, .thread = command.thread, .text = std::move(words)};
    plan_.deliveries.push_back({.lane = thread_lane(command),
                                .target = "slack",
                                .payload = std::move(post),
                                .holds_lane = false});
  }

  void audit(const ChatPerson& person, std::string what, std::string subject) {
    plan_.changes.emplace_back(
        AddAudit{{event_.at, person.audited(), std::move(what), std::move(subject)}});
  }

  const Event& event_;
  JsonView body_;
  const IncidentView& view_;
  const std::string& timezone_;
  Plan plan_;
};

}  // namespace

namespace incidents {

bool takes(std::string_view kind) {
  static const std::set<std::string_view> kinds = {
      storm_open_kind,     storm_answer_kind, storm_tickets_kind, storm_close_kind,
      storm_dissolve_kind, storm_opened_kind, storm_step_kind,    storm_linked_kind,
      storm_heard_kind,    storm_person_kind, storm_auto_kind,    storm_join_kind,
      edited_kind,         pressed_kind,      said_kind,          comment_kind,
      update_kind,         intake_opened_kind};
  return kinds.count(kind) > 0 || desk_side::takes(kind);
}

Plan plan(const Event& event, const IncidentView& view, const std::string& zone) {
  const bool is_of_desk = desk_side::takes(event.kind) && !is_opened_at_desk(event);
  if (is_of_desk) return desk_side::plan(event, view, zone);
  return Planning(event, view, zone).plan();
}

}  // namespace incidents

}  // namespace dw
