#include "jobs/assignment/assignment.h"

#include <fmt/format.h>

#include "base/number.h"
#include "base/text.h"
#include "jobs/announcement.h"
#include "ports/store.h"
#include "records/deliveries.h"
#include "records/tickets.h"

namespace dw {
namespace {

constexpr std::string_view pressed_kind = "chat.action";
constexpr std::string_view asked_kind = "taking.asked";
constexpr std::string_view done_kind = "taking.done";
constexpr std::string_view rewritten_kind = "taking.rewritten";
constexpr int name_characters_max = 200;

/// Who pressed, where and for what. It travels along as the reference of each delivery.
struct ButtonClick {
  TicketId ticket;
  std::string channel, message, user;
  std::string name;      ///< of the account at first, then of the person
  std::string assignee;  ///< what the desk calls them; empty until it is asked to assign
};

std::string encode_press(const ButtonClick& press) {
  return to_text(json::object{{"ticket", press.ticket.value},
                              {"channel", press.channel},
                              {"message", press.message},
                              {"user", press.user},
                              {"name", press.name},
                              {"assignee", press.assignee}});
}

TicketId number_named(const std::string& text) {
  return TicketId{number_in(text).value_or(0)};
}

/// The press that an event is about. Its ticket is 0 where it is none of ours.
ButtonClick press_in(const Event& event) {
  const JsonView body(event.body);
  if (event.kind == pressed_kind) {
    if (text_at(body, "action") != take_action) return {};
    const ButtonClick press{number_named(text_at(body, "value")),
                            text_at(body, "channel"),
                            text_at(body, "message"),
                            text_at(body["user"], "id"),
                            text_at(body["user"], "name"),
                            ""};
    const bool is_whole = !press.channel.empty() && !press.message.empty() && !press.user.empty();
    return is_whole ? press : ButtonClick{};
  }
  const Result<json::value> reference = parse_json(text_at(body, "reference"));
  if (!reference.ok()) return {};
  const JsonView kept(*reference);
  return {TicketId{kept["ticket"].integer().value_or(0)},
          text_at(kept, "channel"),
          text_at(kept, "message"),
          text_at(kept, "user"),
          text_at(kept, "name"),
          text_at(kept, "assignee")};
}

/// In a lane of the ticket's presses: the first to press is the first to be known.
Delivery to_slack(const ButtonClick& press, Payload payload) {
  return {.ticket = press.ticket,
          .lane = fmt::format("take:{}", press.ticket.value),
          .target = "slack",
          .payload = std::move(payload),
          .holds_lane = false};
}

Delivery ephemeral(const ButtonClick& press, std::string text) {
  ChatPost post;
  post.channel = press.channel;
  post.text = std::move(text);
  post.only_to = press.user;
  return to_slack(press, std::move(post));
}

Plan plan_question(const ButtonClick& press) {
  Plan plan;
  Delivery asked = to_slack(press, Lookup{"person", {{"id", press.user}}});
  asked.answer_kind = std::string(asked_kind);
  asked.reference = encode_press(press);
  plan.deliveries.push_back(std::move(asked));
  return plan;
}

/// Why the ticket can't be had by who pressed; empty if it can.
std::string obstacle(const Ticket& ticket, const std::string& name, const std::string& email) {
  const std::string number = tickets::number_of(ticket);
  const std::string& has = ticket.assignee;
  if (!has.empty() && (has == name || equals_ignoring_case(has, email))) {
    return fmt::format("Ticket #{} is yours already.", number);
  }
  if (!has.empty()) return fmt::format("{} has ticket #{} already.", has, number);
  if (ticket.status == Status::solved) return fmt::format("Ticket #{} is solved.", number);
  if (ticket.desk == "embedded") return "";
  if (ticket.external.id.empty()) {
    return fmt::format("The desk has not opened ticket #{} yet: try again in a moment.", number);
  }
  return email.empty() ? "Your Slack profile has no address that the desk knows." : "";
}

Plan plan_assignment(const Event& event, const Ticket& ticket, ButtonClick press) {
  Plan plan;
  const JsonView answer = JsonView(event.body)["answer"];
  const std::string email = text_at(answer, "email");
  for (const std::string& name : {text_at(answer, "name"), email, press.name, press.user}) {
    if (trim(name).empty()) continue;
    press.name = cut_characters(replace_all(trim(name), "\n", " "), name_characters_max);
    break;
  }
  if (std::string why = obstacle(ticket, press.name, email); !why.empty()) {
    plan.deliveries.push_back(ephemeral(press, std::move(why)));
    return plan;
  }
  const bool is_outside = ticket.desk != "embedded";
  press.assignee = is_outside ? email : press.name;
  plan.deliveries.push_back({.ticket = ticket.id,
                             .lane = fmt::format("ticket:{}", ticket.id.value),
                             .target = "desk:" + ticket.desk,
                             .payload = DeskUpdate{.ticket = ticket.id,
                                                   .patch = {.assignee = press.assignee},
                                                   .external_id = ticket.external.id},
                             .holds_lane = false,
                             .answer_kind = std::string(done_kind),
                             .reference = encode_press(press)});
  // Nobody else gets it while the desk is on its way; a refusal takes it back.
  if (is_outside) {
    plan.changes.push_back(ChangeTicket{ticket.id, {.assignee = press.assignee}});
  }
  return plan;
}

Plan plan_notified(const Event& event, const Ticket& ticket, const ButtonClick& press,
                   const std::string& public_url) {
  Plan plan;
  const JsonView body(event.body);
  if (body["is_done"].boolean().value_or(false)) {
    Delivery told = to_slack(
        press, announcement_taken(ticket, press.channel, press.message, press.name, public_url));
    told.answer_kind = std::string(rewritten_kind);
    told.reference = encode_press(press);
    plan.deliveries.push_back(std::move(told));
    return plan;
  }
  if (ticket.assignee == press.assignee) {
    plan.changes.push_back(ChangeTicket{ticket.id, {.assignee = ""}});
  }
  // Who pressed hears why, and nobody else has anything to mend.
  if (const auto refused = delivery_id_named(text_at(body, "delivery"))) {
    plan.changes.push_back(DropDelivery{*refused, "who pressed was told"});
  }
  plan.deliveries.push_back(
      ephemeral(press, fmt::format("Ticket #{} could not be assigned to you: {}",
                                   tickets::number_of(ticket), text_at(body, "why"))));
  return plan;
}

/// Not every workspace lets a message be written anew, or not for long: then its thread says it.
Plan plan_rewritten(const Event& event, const Ticket& ticket, const ButtonClick& press) {
  Plan plan;
  const JsonView body(event.body);
  const auto refused = delivery_id_named(text_at(body, "delivery"));
  if (body["is_done"].boolean().value_or(false) || !refused) return plan;
  plan.changes.push_back(DropDelivery{*refused, "its thread says it instead"});
  ChatPost post;
  post.channel = press.channel;
  post.thread = press.message;
  post.text = fmt::format("Ticket #{}: taken by {}", tickets::number_of(ticket), press.name);
  plan.deliveries.push_back(to_slack(press, std::move(post)));
  return plan;
}

}  // namespace

bool Assignment::takes(std::string_view kind) const {
  return kind == pressed_kind || kind == asked_kind || kind == done_kind || kind == rewritten_kind;
}

Result<AssignmentView> Assignment::read(const Event& event, ReadDb& db) const {
  AssignmentView view;
  const ButtonClick press = press_in(event);
  if (press.ticket.value > 0) {
    DW_TRY(view.ticket, tickets::find(db, press.ticket));
  }
  return view;
}

Plan Assignment::plan(const Event& event, const AssignmentView& view) const {
  if (!view.ticket) return {};
  ButtonClick press = press_in(event);
  if (event.kind == pressed_kind) return plan_question(press);
  if (event.kind == asked_kind) return plan_assignment(event, *view.ticket, std::move(press));
  if (event.kind == rewritten_kind) return plan_rewritten(event, *view.ticket, press);
  return plan_notified(event, *view.ticket, press, public_url_);
}

}  // namespace dw
