// The shapes of the API that spec names: tickets, comments, deliveries, queues, as the API, the
// live stream and the command line's --json print them. base/shape.h says what a shape is; each
// noun's shapes stand in a file beside this one.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/shape.h"
#include "domain/delivery.h"
#include "domain/ticket.h"
#include "ports/store.h"
#include "records/queues.h"
#include "records/similar.h"
#include "records/ticket_lists.h"
#include "records/tickets.h"

namespace dw {

/// What shapes need beside the thing itself.
struct ShapeContext {
  std::string public_url;
  /// "queue:high" to "sqs:high": what people are shown.
  std::map<std::string, std::string, std::less<>> target_labels{};
  std::string timezone = "UTC";               ///< of "today": hours.timezone
  std::vector<std::string> tally_channels{};  ///< of [[tally]]
  /// By id: the numbers that tickets have at their desk, of those that are shown.
  std::map<int64_t, std::string> ticket_numbers{};
};

/// The number by which people know a ticket.
std::string ticket_number(TicketId id, const ShapeContext& context);

/// Something that happened to a ticket, in words.
struct TicketEvent {
  TimePoint at{};
  std::string kind;  ///< "changed", "delivered", "sending", "failed", "undecided", "discarded"
  std::string text;
  std::string who;       ///< empty: not known
  std::string delivery;  ///< "d-000191"; empty: it is none
};

/// A ticket with how long it waits for its first reply.
struct ListedTicket {
  Ticket ticket;
  std::optional<WaitingTime> waiting;  ///< absent: it does not wait
};

/// One ticket with all that belongs to it.
struct WholeTicket {
  ListedTicket listed;
  std::vector<Comment> comments;
  std::vector<Link> links;
  std::vector<Delivery> deliveries;
  std::vector<TicketEvent> events;
};

/// Earlier tickets that resemble one.
struct SimilarTickets {
  std::vector<SimilarTicket> items;
};

/// A ticket as the live stream carries it: without its description.
struct LiveTicket {
  Ticket ticket;
};

/// A delivery with what it carries.
struct WholeDelivery {
  Delivery delivery;
};

/// A queue with what is known of it; of one outside this program that may be nothing.
struct ShownQueue {
  std::string name, kind;
  std::optional<int64_t> depth, in_flight, oldest_seconds, dead;
};

struct ShownQueueMessage {
  QueueMessage message;
  bool is_visible = false;
};

/// A queue's depth over time, oldest first.
struct ShownQueueDepths {
  std::string name;
  int64_t every_seconds = 0;
  TimePoint until{};
  std::vector<std::optional<int64_t>> depths;
};

/// How many messages went back to their live queue.
struct Redriven {
  int64_t moved = 0;
};

template <>
inline constexpr std::array all_of<Priority>{Priority::high, Priority::medium, Priority::low};
template <>
inline constexpr std::array all_of<Status>{Status::open, Status::pending, Status::solved};
template <>
inline constexpr std::array all_of<DeliveryState>{DeliveryState::pending, DeliveryState::unsure,
                                                  DeliveryState::dead, DeliveryState::done,
                                                  DeliveryState::discarded};

const Shape<Requester>& shape_for(const Requester*);
const Shape<External>& shape_for(const External*);
const Shape<Ticket, ShapeContext>& shape_for(const Ticket*);
const Shape<LiveTicket, ShapeContext>& shape_for(const LiveTicket*);
const Shape<ListedTicket, ShapeContext>& shape_for(const ListedTicket*);
const Shape<WholeTicket, ShapeContext>& shape_for(const WholeTicket*);
const Shape<TicketEvent>& shape_for(const TicketEvent*);
const Shape<SimilarTicket, ShapeContext>& shape_for(const SimilarTicket*);
const Shape<SimilarTickets, ShapeContext>& shape_for(const SimilarTickets*);
const Shape<Comment>& shape_for(const Comment*);
const Shape<Link>& shape_for(const Link*);
const Shape<Delivery, ShapeContext>& shape_for(const Delivery*);
const Shape<WholeDelivery, ShapeContext>& shape_for(const WholeDelivery*);
const Shape<Quantiles>& shape_for(const Quantiles*);
const Shape<TicketMetrics>& shape_for(const TicketMetrics*);
const Shape<ShownQueue>& shape_for(const ShownQueue*);
const Shape<ShownQueueMessage>& shape_for(const ShownQueueMessage*);
const Shape<ShownQueueDepths>& shape_for(const ShownQueueDepths*);
const Shape<Redriven>& shape_for(const Redriven*);

/// {"items": […], "next_cursor": …}
template <class V>
const Shape<Page<V>, ShapeContext>& shape_for(const Page<V>*) {
  static const auto shape =
      Shape<Page<V>, ShapeContext>(shape_for(static_cast<const V*>(nullptr)).text()->name + "Page")
          .add("items", &Page<V>::items)
          .add("next_cursor", or_null(&Page<V>::next_cursor));
  return shape;
}

}  // namespace dw
