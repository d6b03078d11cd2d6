// The whole story of one event, ticket or delivery, as far as the store still has it: what came
// in, by which rule it was decided, and what went out.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/event.h"
#include "web/shapes.h"

namespace dw {

/// A delivery and what it does, in words.
struct StoryDelivery {
  Delivery delivery;
  std::string text;  ///< "post to slack “Ticket #3451: https://…”"
};

/// An event, what it was in words, and the deliveries that it caused, in order.
struct StoryEvent {
  StoredEvent stored;
  std::string text;  ///< "Ana Lopez wrote: VPN is down"
  std::vector<StoryDelivery> deliveries;
};

struct Story {
  std::optional<Ticket> ticket;
  std::string rule;  ///< which queue the ticket took, and by which rule; empty without a ticket
  std::vector<StoryEvent> events;
  std::vector<Comment> comments;
};

/// The daily report.
struct Summary {
  std::string text;
};

/// A delivery as people see it: without the words of what was deleted or made private since.
Result<Delivery> shown_delivery(ReadDb& db, Delivery delivery);

/// A ticket's story begins with what opened it, also where that was before the ticket had a number.
/// Private and deleted messages are named without their words.
///
/// `name`: "17" or "#17" is a ticket by its number at its desk, or else by ours; "e-000123" an
/// event, "d-000191" a delivery. Without its rule.
/// errors  invalid: it is none of these; missing: nothing is known of it
Result<Story> read_story(ReadDb& db, const std::string& name);

template <>
inline constexpr std::array all_of<EventState>{EventState::done, EventState::parked};
std::string_view name_of(EventState state);

const Shape<StoryDelivery, ShapeContext>& shape_for(const StoryDelivery*);
const Shape<StoryEvent, ShapeContext>& shape_for(const StoryEvent*);
const Shape<Story, ShapeContext>& shape_for(const Story*);
const Shape<Summary>& shape_for(const Summary*);

}  // namespace dw
