#include "web/shapes.h"

#include <fmt/format.h>

#include "domain/event.h"
#include "records/queues.h"
#include "records/tickets.h"
#include "web/ticket_events.h"

namespace dw {
namespace {

json::object attributes_of(const QueueMessage& message) {
  json::object attributes;
  if (!message.attributes.is_object()) return attributes;
  for (const auto& member : message.attributes.get_object()) {
    const json::object* value = member.value().if_object();
    const json::value* string = value ? value->if_contains("StringValue") : nullptr;
    attributes[member.key()] = string ? *string : json::value("(binary)");
  }
  return attributes;
}

}  // namespace

const Shape<Requester>& shape_for(const Requester*) {
  static const auto shape = Shape<Requester>("")
                                .add("name", or_null(&Requester::name))
                                .add("email", or_null(&Requester::email))
                                .add("id", or_null(&Requester::id));
  return shape;
}

const Shape<External>& shape_for(const External*) {
  static const auto shape = Shape<External>("").add("id", &External::id).add("url", &External::url);
  return shape;
}

const Shape<Ticket, ShapeContext>& shape_for(const Ticket*) {
  static const auto shape =
      Shape<Ticket, ShapeContext>("Ticket")
          .add("id", [](const Ticket& one) { return one.id.value; })
          .add("title", &Ticket::title)
          .add("description", &Ticket::description)
          .add("priority", &Ticket::priority)
          .add("status", &Ticket::status)
          .add("requester", &Ticket::requester)
          .add("assignee", or_null(&Ticket::assignee))
          .add("tags", &Ticket::tags)
          .add("source", &Ticket::source)
          .add_words("desk", {"embedded", "zendesk"}, &Ticket::desk)
          .add(
              "external",
              [](const Ticket& one) {
                return one.external.id.empty() ? std::nullopt : std::optional(one.external);
              },
              "the same ticket at an outside desk")
          .add("queue", or_null(&Ticket::queue))
          .add_words("type", {"question", "incident", "problem", "task"},
                     [](const Ticket& one) {
                       const std::string name(name_of(one.type));
                       return name.empty() ? std::nullopt : std::optional(name);
                     })
          .add(
              "problem_id",
              [](const Ticket& one) {
                return one.problem_id ? std::optional(one.problem_id.value) : std::nullopt;
              },
              "the id of the problem that this ticket is an incident of")
          .add("url",
               [](const Ticket& one, const ShapeContext& context) {
                 return fmt::format("{}/tickets/{}", context.public_url, one.id.value);
               })
          .add("opened_at", &Ticket::opened_at)
          .add("first_reply_at", &Ticket::first_reply_at)
          .add("solved_at", &Ticket::solved_at)
          .add("updated_at", &Ticket::updated_at);
  return shape;
}

const Shape<LiveTicket, ShapeContext>& shape_for(const LiveTicket*) {
  static const auto shape = Shape<LiveTicket, ShapeContext>("LiveTicket")
                                .include(shape_for(static_cast<const Ticket*>(nullptr)),
                                         &LiveTicket::ticket, "description");
  return shape;
}

const Shape<ListedTicket, ShapeContext>& shape_for(const ListedTicket*) {
  static const auto shape =
      Shape<ListedTicket, ShapeContext>("ListedTicket")
          .include(shape_for(static_cast<const Ticket*>(nullptr)), &ListedTicket::ticket)
          .add(
              "waiting_seconds",
              [](const ListedTicket& one) -> std::optional<int64_t> {
                if (!one.waiting) return std::nullopt;
                return one.waiting->waited / std::chrono::seconds(1);
              },
              "office time without a first reply; null: it does not wait")
          .add(
              "waiting_counts",
              [](const ListedTicket& one) { return one.waiting && one.waiting->is_counting; },
              "false: its office is closed, or it does not wait");
  return shape;
}

const Shape<WholeTicket, ShapeContext>& shape_for(const WholeTicket*) {
  static const auto shape =
      Shape<WholeTicket, ShapeContext>("TicketWhole")
          .include(shape_for(static_cast<const ListedTicket*>(nullptr)), &WholeTicket::listed)
          .add("comments", &WholeTicket::comments)
          .add("links", &WholeTicket::links)
          .add("deliveries", &WholeTicket::deliveries)
          .add("events", &WholeTicket::events, "what happened, in words, oldest first");
  return shape;
}

const Shape<TicketEvent>& shape_for(const TicketEvent*) {
  static const auto shape =
      Shape<TicketEvent>("TicketEvent")
          .add("at", &TicketEvent::at)
          .add_words("kind",
                     {"changed", "delivered", "sending", "failed", "undecided", "discarded"},
                     &TicketEvent::kind)
          .add("text", &TicketEvent::text)
          .add("who", or_null(&TicketEvent::who))
          .add("delivery", or_null(&TicketEvent::delivery));
  return shape;
}

const Shape<SimilarTicket, ShapeContext>& shape_for(const SimilarTicket*) {
  static const auto shape =
      Shape<SimilarTicket, ShapeContext>("SimilarTicket")
          .add("ticket", &SimilarTicket::ticket)
          .add("rank", &SimilarTicket::rank, "which share of the words' weight they share, 0 to 1")
          .add("why", &SimilarTicket::why, "the rarest words in common")
          .add("answer", &SimilarTicket::answer, "the last public comment on a solved one");
  return shape;
}

const Shape<SimilarTickets, ShapeContext>& shape_for(const SimilarTickets*) {
  static const auto shape =
      Shape<SimilarTickets, ShapeContext>("SimilarTickets").add("items", &SimilarTickets::items);
  return shape;
}

const Shape<Comment>& shape_for(const Comment*) {
  static const Shape<Requester> author = Shape<Requester>("")
                                             .add("name", or_null(&Requester::name))
                                             .add("email", or_null(&Requester::email));
  static const auto shape =
      Shape<Comment>("Comment")
          .add("id", [](const Comment& one) { return one.id.value; })
          .add_json("author", author.type(),
                    [](const Comment& one) {
                      return author.write({one.author_name, one.author_email, ""});
                    })
          .add("body", &Comment::body)
          .add("public", &Comment::is_public)
          .add("at", &Comment::at)
          .add("source", &Comment::source);
  return shape;
}

const Shape<Link>& shape_for(const Link*) {
  static const auto shape = Shape<Link>("Link")
                                .add("chat", &Link::chat)
                                .add("channel", &Link::channel)
                                .add("thread", &Link::thread)
                                .add("url", or_null(&Link::url));
  return shape;
}

std::string ticket_number(TicketId id, const ShapeContext& context) {
  const auto at_desk = context.ticket_numbers.find(id.value);
  return at_desk == context.ticket_numbers.end() ? std::to_string(id.value) : at_desk->second;
}

const Shape<Delivery, ShapeContext>& shape_for(const Delivery*) {
  static const auto ticket = [](const Delivery& one) {
    return one.ticket ? std::optional(one.ticket.value) : std::nullopt;
  };
  static const auto target = [](const Delivery& one, const ShapeContext& context) {
    const auto label = context.target_labels.find(one.target);
    return label == context.target_labels.end() ? one.target : label->second;
  };
  static const auto shape =
      Shape<Delivery, ShapeContext>("Delivery")
          .add("id", [](const Delivery& one) { return to_text(one.id); })
          .add("ticket", ticket)
          .add(
              "ticket_number",
              [](const Delivery& one, const ShapeContext& context) {
                return one.ticket ? std::optional(ticket_number(one.ticket, context))
                                  : std::nullopt;
              },
              "the number by which people know the ticket")
          .add("lane", &Delivery::lane, "deliveries of one lane keep their order")
          .add("target", target)
          .add("operation",
               [](const Delivery& one) { return std::string(operation_of(one.payload)); })
          .add(
              "title",
              [](const Delivery& one, const ShapeContext& context) {
                return delivery_title(operation_of(one.payload), target(one, context));
              },
              "what it is, in words")
          .add("state", &Delivery::state)
          .add("attempts", &Delivery::attempts)
          .add("reason", or_null(&Delivery::reason))
          .add(
              "event", [](const Delivery& one) { return to_text(one.event); },
              "the event that caused it")
          .add("created_at", &Delivery::created_at)
          .add("next_attempt_at", &Delivery::next_attempt_at)
          .add("done_at", &Delivery::done_at);
  return shape;
}

const Shape<WholeDelivery, ShapeContext>& shape_for(const WholeDelivery*) {
  static const auto shape =
      Shape<WholeDelivery, ShapeContext>("DeliveryWhole")
          .include(shape_for(static_cast<const Delivery*>(nullptr)), &WholeDelivery::delivery)
          .add_json("payload", {},
                    [](const WholeDelivery& one) { return encode(one.delivery.payload); });
  return shape;
}

const Shape<Quantiles>& shape_for(const Quantiles*) {
  static const auto shape =
      Shape<Quantiles>("").add("median", &Quantiles::median).add("p90", &Quantiles::p90);
  return shape;
}

const Shape<TicketMetrics>& shape_for(const TicketMetrics*) {
  static const auto shape = Shape<TicketMetrics>("TicketFigures")
                                .add("open", &TicketMetrics::open_now)
                                .add("opened", &TicketMetrics::opened)
                                .add("solved", &TicketMetrics::solved)
                                .add("first_reply_seconds", &TicketMetrics::first_reply)
                                .add("cycle_seconds", &TicketMetrics::cycle);
  return shape;
}

const Shape<ShownQueue>& shape_for(const ShownQueue*) {
  static const auto shape = Shape<ShownQueue>("Queue")
                                .add("name", &ShownQueue::name)
                                .add_words("kind", {"embedded", "sqs"}, &ShownQueue::kind)
                                .add("depth", &ShownQueue::depth)
                                .add("in_flight", &ShownQueue::in_flight)
                                .add("oldest_seconds", &ShownQueue::oldest_seconds)
                                .add("dead", &ShownQueue::dead);
  return shape;
}

const Shape<ShownQueueMessage>& shape_for(const ShownQueueMessage*) {
  static const auto message = Shape<QueueMessage>("")
                                  .add("id", [](const QueueMessage& one) { return one.id.value; })
                                  .add("body", &QueueMessage::body)
                                  .add("attributes", attributes_of)
                                  .add("sent_at", &QueueMessage::sent_at)
                                  .add("receives", &QueueMessage::receives)
                                  .add("group", or_null(&QueueMessage::group));
  static const auto shape = Shape<ShownQueueMessage>("QueueMessage")
                                .include(message, &ShownQueueMessage::message)
                                .add("visible", &ShownQueueMessage::is_visible);
  return shape;
}

const Shape<ShownQueueDepths>& shape_for(const ShownQueueDepths*) {
  static const auto shape = Shape<ShownQueueDepths>("QueueDepths")
                                .add("name", &ShownQueueDepths::name)
                                .add("every_seconds", &ShownQueueDepths::every_seconds)
                                .add("until", &ShownQueueDepths::until)
                                .add("depths", &ShownQueueDepths::depths);
  return shape;
}

const Shape<Redriven>& shape_for(const Redriven*) {
  static const auto shape = Shape<Redriven>("Moved").add("moved", &Redriven::moved);
  return shape;
}

}  // namespace dw
