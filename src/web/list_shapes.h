// The shapes of the lists that pages show: tickets with how many there are in all, the counts of
// the views, people, and deliveries in groups.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "records/delivery_groups.h"
#include "records/ticket_lists.h"
#include "web/shapes.h"

namespace dw {

/// GET /v1/tickets.
struct TicketList {
  Page<ListedTicket> page;
  std::optional<int64_t> total;  ///< nothing: more than anybody counts
  TimePoint as_of{};
};

/// GET /v1/tickets/views.
struct ShownViews {
  TicketViews views;
  std::string me;
  std::vector<std::string> queues;
  std::string timezone;  ///< of the desk
  TimePoint as_of{};
};

/// Somebody to whom a ticket can be assigned.
struct Person {
  std::string name;
};

/// GET /v1/deliveries/groups.
struct ShownDeliveryGroups {
  DeliveryGroups groups;
  TimePoint as_of{};
};

/// With the numbers of the tickets of these deliveries, and of the first of each group.
Result<ShapeContext> with_numbers(ReadDb& db, ShapeContext context,
                                  const std::vector<Delivery>& deliveries,
                                  const std::vector<DeliveryGroup>& groups = {});

const Shape<TicketList, ShapeContext>& shape_for(const TicketList*);
const Shape<ShownViews>& shape_for(const ShownViews*);
const Shape<Person>& shape_for(const Person*);
const Shape<DeliveryGroup, ShapeContext>& shape_for(const DeliveryGroup*);
const Shape<ShownDeliveryGroups, ShapeContext>& shape_for(const ShownDeliveryGroups*);

}  // namespace dw
