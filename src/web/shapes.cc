#include "web/shapes.h"

#include <fmt/format.h>

namespace dw {
namespace {

json::string text(std::string_view value) {
  return json::string(value.data(), value.size());
}

json::value number_or_null(const std::optional<double>& value) {
  if (!value) return nullptr;
  return *value;
}

json::object shape_of(const Quantiles& quantiles) {
  return {{"median", number_or_null(quantiles.median)}, {"p90", number_or_null(quantiles.p90)}};
}

}  // namespace

json::value time_or_null(const std::optional<TimePoint>& at) {
  if (!at) return nullptr;
  return text(to_rfc3339(*at));
}

json::object page_of(json::array items, const std::string& next_cursor) {
  return {{"items", std::move(items)}, {"next_cursor", text_or_null(next_cursor)}};
}

json::object shape_of(const Ticket& ticket, const ShapeContext& context) {
  json::array tags;
  for (const std::string& tag : ticket.tags) tags.push_back(text(tag));
  json::value external = nullptr;
  if (!ticket.external.id.empty()) {
    external = json::object{{"id", text(ticket.external.id)}, {"url", text(ticket.external.url)}};
  }
  return {{"id", ticket.id.value},
          {"title", text(ticket.title)},
          {"description", text(ticket.description)},
          {"priority", text(name_of(ticket.priority))},
          {"status", text(name_of(ticket.status))},
          {"requester", json::object{{"name", text_or_null(ticket.requester.name)},
                                     {"email", text_or_null(ticket.requester.email)},
                                     {"id", text_or_null(ticket.requester.id)}}},
          {"assignee", text_or_null(ticket.assignee)},
          {"tags", std::move(tags)},
          {"source", text(ticket.source)},
          {"desk", text(ticket.desk)},
          {"external", std::move(external)},
          {"queue", text_or_null(ticket.queue)},
          {"url", fmt::format("{}/tickets/{}", context.public_url, ticket.id.value)},
          {"opened_at", text(to_rfc3339(ticket.opened_at))},
          {"first_reply_at", time_or_null(ticket.first_reply_at)},
          {"solved_at", time_or_null(ticket.solved_at)},
          {"updated_at", text(to_rfc3339(ticket.updated_at))}};
}

json::object shape_of(const Comment& comment) {
  return {{"id", comment.id.value},
          {"author", json::object{{"name", text_or_null(comment.author_name)},
                                  {"email", text_or_null(comment.author_email)}}},
          {"body", text(comment.body)},
          {"public", comment.is_public},
          {"at", text(to_rfc3339(comment.at))},
          {"source", text(comment.source)}};
}

json::object shape_of(const Link& link) {
  return {{"chat", text(link.chat)},
          {"channel", text(link.channel)},
          {"thread", text(link.thread)},
          {"url", text_or_null(link.url)}};
}

json::object shape_of(const Delivery& delivery, const ShapeContext& context) {
  const auto label = context.target_labels.find(delivery.target);
  json::value ticket = nullptr;
  if (delivery.ticket) ticket = delivery.ticket.value;
  return {{"id", text(to_text(delivery.id))},
          {"ticket", std::move(ticket)},
          {"lane", text(delivery.lane)},
          {"target", text(label == context.target_labels.end() ? delivery.target : label->second)},
          {"operation", text(operation_of(delivery.payload))},
          {"state", text(name_of(delivery.state))},
          {"attempts", delivery.attempts},
          {"reason", text_or_null(delivery.reason)},
          {"event", text(to_text(delivery.event))},
          {"created_at", text(to_rfc3339(delivery.created_at))},
          {"next_attempt_at", time_or_null(delivery.next_attempt_at)},
          {"done_at", time_or_null(delivery.done_at)}};
}

json::object shape_of(const TallyAgent& agent) {
  return {{"username", text(agent.username)},
          {"name", text(agent.name)},
          {"updates", agent.updates},
          {"opening", agent.opening},
          {"last_at", time_or_null(agent.last_at)}};
}

json::object shape_of(const TallyBar& bar) {
  return {{"channel", text(bar.channel)},
          {"username", text(bar.username)},
          {"name", text(bar.name)},
          {"updates", bar.updates}};
}

json::object shape_of(const TallyRow& row) {
  return {{"channel", text(row.channel)},
          {"message", text(row.message)},
          {"line", row.line},
          {"username", text(row.update.username)},
          {"name", text(row.update.name)},
          {"ticket", text_or_null(row.update.ticket)},
          {"at", text(to_rfc3339(row.at))}};
}

json::object shape_of(const QueueMessage& message, TimePoint now) {
  json::object attributes;
  if (message.attributes.is_object()) {
    for (const auto& member : message.attributes.get_object()) {
      const json::object* value = member.value().if_object();
      const json::value* string = value ? value->if_contains("StringValue") : nullptr;
      attributes[member.key()] = string ? *string : json::value("(binary)");
    }
  }
  return {{"id", message.id.value},
          {"body", text(message.body)},
          {"attributes", std::move(attributes)},
          {"sent_at", text(to_rfc3339(message.sent_at))},
          {"receives", message.receives},
          {"group", text_or_null(message.group)},
          {"visible", message.visible_at <= now}};
}

json::object shape_of(const TicketFigures& figures) {
  return {{"open", figures.open_now},
          {"opened", figures.opened},
          {"solved", figures.solved},
          {"first_reply_seconds", shape_of(figures.first_reply)},
          {"cycle_seconds", shape_of(figures.cycle)}};
}

json::object shape_of_outside(std::string_view name, std::string_view kind,
                              const std::optional<QueueDepth>& depth) {
  json::object out{{"name", text(name)},   {"kind", text(kind)},        {"depth", nullptr},
                   {"in_flight", nullptr}, {"oldest_seconds", nullptr}, {"dead", nullptr}};
  if (depth) {
    out["depth"] = depth->visible + depth->delayed;
    out["in_flight"] = depth->in_flight;
  }
  return out;
}

json::object shape_of(const QueueFigures& figures, std::string_view kind, int64_t dead,
                      TimePoint now) {
  json::value oldest = nullptr;
  if (figures.oldest_at) {
    const auto age = std::max(now - *figures.oldest_at, Millis(0));
    oldest = std::chrono::floor<std::chrono::seconds>(age).count();
  }
  return {{"name", text(figures.name)},
          {"kind", text(kind)},
          {"depth", figures.depth + figures.delayed},
          {"in_flight", figures.in_flight},
          {"oldest_seconds", std::move(oldest)},
          {"dead", dead}};
}

}  // namespace dw
