// The whole story of one event, ticket or delivery, as far as the store still has it: what came
// in, by which rule it was decided, and what went out.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/event.h"
#include "web/shapes.h"

namespace dw {

/// An event and the deliveries that it caused, in the order in which they were.
struct StoryEvent {
  StoredEvent stored;
  std::vector<Delivery> deliveries;
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

/// `name`: "17" or "#17" is a ticket, "e-000123" an event, "d-000191" a delivery. Without its rule.
/// errors  invalid: it is none of these; missing: nothing is known of it
Result<Story> read_story(ReadDb& db, const std::string& name);

template <>
inline constexpr std::array all_of<EventState>{EventState::done, EventState::parked};
std::string_view name_of(EventState state);

const Shape<StoryEvent, ShapeContext>& shape_for(const StoryEvent*);
const Shape<Story, ShapeContext>& shape_for(const Story*);
const Shape<Summary>& shape_for(const Summary*);

}  // namespace dw
