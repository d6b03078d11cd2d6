#include "web/ticket_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace dw {
namespace {

std::string label_of(const Delivery& one, const ShapeContext& context) {
  const auto label = context.target_labels.find(one.target);
  return label == context.target_labels.end() ? one.target : label->second;
}

std::string name_or(const std::string& name, std::string_view otherwise) {
  return name.empty() ? std::string(otherwise) : name;
}

/// Who asked for this very change, if anybody here did: the last one before it.
std::string who_asked(const TicketChange& change, const std::vector<AskedChange>& asked) {
  std::string who;
  for (const AskedChange& one : asked) {
    const json::object* body = one.body.if_object();
    if (body != nullptr && one.at <= change.at && body->contains(change.field)) who = one.who;
  }
  return who;
}

std::string change_text(const TicketChange& change, const std::string& who) {
  const std::string by = who.empty() ? "" : " by " + who;
  if (change.field == "assignee") {
    if (change.new_value.empty()) return "Unassigned" + by;
    if (change.new_value == who) return who + " took the ticket";
    return "Assigned to " + change.new_value + by;
  }
  if (change.field == "status") {
    if (change.new_value == "solved") return "Solved" + by;
    if (change.old_value == "solved") return "Reopened" + by;
    return fmt::format("Status changed from {} to {}{}", change.old_value, change.new_value, by);
  }
  if (change.field == "tags") {
    return change.new_value.empty() ? "Tags removed" + by
                                    : fmt::format("Tags set to {}{}", change.new_value, by);
  }
  if (change.field == "type") {
    return change.new_value.empty() ? "Type removed" + by
                                    : fmt::format("Type set to {}{}", change.new_value, by);
  }
  if (change.field == "problem") {
    return change.new_value.empty()
               ? fmt::format("No longer an incident of problem #{}{}", change.old_value, by)
               : fmt::format("Made an incident of problem #{}{}", change.new_value, by);
  }
  return fmt::format("{} changed from {} to {}{}",
                     change.field == "priority" ? "Priority" : change.field, change.old_value,
                     change.new_value, by);
}

/// "18 s later", "3 min later"; empty for what took a second.
std::string later(TimePoint from, TimePoint to) {
  const int64_t seconds = (to - from) / Millis(1000);
  if (seconds < 2) return "";
  constexpr int64_t a_minute = 60, an_hour = 3600;
  if (seconds < a_minute) return fmt::format(" · {} s later", seconds);
  if (seconds < an_hour) return fmt::format(" · {} min later", seconds / a_minute);
  return fmt::format(" · {} h later", seconds / an_hour);
}

std::string done_text(const Delivery& one, const Ticket& ticket, const ShapeContext& context) {
  const std::string operation(operation_of(one.payload));
  const std::string where = target_title(label_of(one, context));
  const std::string took = later(one.created_at, one.done_at.value_or(one.created_at));
  if (operation == "send") return fmt::format("Sent to queue {}{}", where, took);
  if (operation == "open") {
    const std::string number = ticket.external.id.empty() ? "" : " as #" + ticket.external.id;
    return fmt::format("Sent to {}{}{}", where, number, took);
  }
  if (operation == "post") return fmt::format("Posted in {}{}", where, took);
  if (operation == "react") return fmt::format("Reaction set in {}{}", where, took);
  if (operation == "comment") return fmt::format("Comment sent to {}{}", where, took);
  if (operation == "update") return fmt::format("Change sent to {}{}", where, took);
  if (operation == "mail") return fmt::format("Mail sent{}", took);
  return fmt::format("{} sent to {}{}", operation, where, took);
}

/// What our own desk did is in the conversation and among the changes; questions are nobody's news.
bool is_shown(const Delivery& one) {
  const std::string_view operation = operation_of(one.payload);
  const bool is_over = one.state == DeliveryState::done;
  return !(is_over && (operation == "ask" || one.target == "desk:embedded"));
}

TicketEvent event_of(const Delivery& one, const Ticket& ticket, const ShapeContext& context) {
  const std::string title = delivery_title(operation_of(one.payload), label_of(one, context));
  TicketEvent out{.at = one.done_at.value_or(one.created_at),
                  .kind = "delivered",
                  .text = {},
                  .who = {},
                  .delivery = to_text(one.id)};
  switch (one.state) {
    case DeliveryState::done:
      out.text = done_text(one, ticket, context);
      break;
    case DeliveryState::pending:
      out.kind = "sending";
      out.text = title + " is being sent";
      if (!one.reason.empty()) out.text += ": " + one.reason;
      break;
    case DeliveryState::unsure:
      out.kind = "undecided";
      out.text = title + ": outcome unknown";
      break;
    case DeliveryState::dead:
      out.kind = "failed";
      out.text = fmt::format("{} not delivered: {}, {}", title, name_or(one.reason, "refused"),
                             counted(one.attempts, "attempt", "attempts"));
      break;
    case DeliveryState::discarded:
      out.kind = "discarded";
      out.text = fmt::format("{} discarded: {}", title, name_or(one.reason, "no reason"));
      break;
  }
  return out;
}

struct Hint {
  std::string_view in_label, in_reason, text;
};
constexpr std::array hints = {
    Hint{"slack", "channel_not_found",
         "The bot cannot see the channel. In Slack, type /invite "
         "@deskwire in the channel, then retry."},
    Hint{"slack", "not_in_channel",
         "The bot is not in the channel. In Slack, type /invite "
         "@deskwire in the channel, then retry."},
    Hint{"slack", "is_archived", "The channel is archived. Unarchive it in Slack, or discard."},
    Hint{"slack", "missing_scope",
         "The app lacks a permission. Add it in Slack's app settings, "
         "install the app again, then retry."},
    Hint{"slack", "invalid_auth", "Slack refuses the token. Set slack.bot_token, then retry."},
    Hint{"zendesk", "closed", "Zendesk has closed the ticket. Discard, or open a follow-up."},
    Hint{"", "401", "The other side refuses the credentials. Renew them, then retry."},
    Hint{"", "403", "The other side refuses access. Check its permissions, then retry."},
    Hint{"", "404", "The other side does not know it. Look whether it was deleted, then discard."},
    Hint{"", "refused: connection", "The other side cannot be reached. Check address and network."},
    Hint{"", "unreachable", "The other side cannot be reached. Check address and network."},
    Hint{"", "imed out", "The other side does not answer in time. Check whether it works."},
};

}  // namespace

std::string target_title(std::string_view label) {
  const size_t colon = label.find(':');
  const std::string_view kind = label.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? "" : label.substr(colon + 1);
  if (kind == "sqs") return fmt::format("Amazon SQS “{}”", rest);
  if (kind == "queue" || kind == "embedded") return std::string(rest);
  if (kind == "slack") return "Slack";
  if (kind == "zendesk" || label == "desk:zendesk") return "Zendesk";
  if (label == "desk:embedded" || kind == "desk") return "the desk";
  if (kind == "smtp" || kind == "mail") return "mail";
  return std::string(label);
}

std::string delivery_title(std::string_view operation, std::string_view label) {
  const std::string where = target_title(label);
  if (operation == "send") return "Message to queue " + where;
  if (operation == "open") return "New ticket to " + where;
  if (operation == "post") return "Message to " + where;
  if (operation == "react") return "Reaction in " + where;
  if (operation == "comment") return "Comment on " + where;
  if (operation == "update") return "Change at " + where;
  if (operation == "ask") return "Question to " + where;
  if (operation == "mail") return "Mail";
  return fmt::format("{} to {}", operation, where);
}

std::string delivery_hint(std::string_view label, std::string_view reason, DeliveryState state) {
  if (state == DeliveryState::pending) return "";
  if (state == DeliveryState::unsure) {
    return fmt::format("The connection ended before an answer came. Look at {}: is it there?",
                       target_title(label));
  }
  const std::string lower = to_lower(reason);
  for (const Hint& one : hints) {
    const bool is_for = label.find(one.in_label) != std::string_view::npos;
    if (is_for && lower.find(one.in_reason) != std::string::npos) return std::string(one.text);
  }
  return "";
}

std::vector<TicketEvent> ticket_events(const Ticket& ticket,
                                       const std::vector<TicketChange>& changes,
                                       const std::vector<AskedChange>& asked,
                                       const std::vector<Delivery>& deliveries,
                                       const ShapeContext& context) {
  std::vector<TicketEvent> out;
  for (const TicketChange& one : changes) {
    const std::string who = who_asked(one, asked);
    out.push_back({one.at, "changed", change_text(one, who), who, ""});
  }
  for (const Delivery& one : deliveries) {
    if (is_shown(one)) out.push_back(event_of(one, ticket, context));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const TicketEvent& a, const TicketEvent& b) { return a.at < b.at; });
  return out;
}

}  // namespace dw
