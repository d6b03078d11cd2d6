// What happened to a ticket, in words, for the timeline between its messages: what people changed,
// what was sent where, and what did not arrive. Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/event.h"
#include "records/ticket_lists.h"
#include "web/shapes.h"

namespace dw {

/// Who asked for a change: the board's and the API's own changes.
struct AskedChange {
  TimePoint at{};
  std::string who;
  json::value body;
};

/// Oldest first. `labels`: "queue:high" to "sqs:high", what people are shown.
std::vector<TicketEvent> ticket_events(const Ticket& ticket,
                                       const std::vector<TicketChange>& changes,
                                       const std::vector<AskedChange>& asked,
                                       const std::vector<Delivery>& deliveries,
                                       const ShapeContext& context);

/// "Slack", "Zendesk", "Amazon SQS “high”" of "sqs:high"; what is unknown as it is.
std::string target_title(std::string_view label);
/// "Message to Slack", "Comment on Zendesk".
std::string delivery_title(std::string_view operation, std::string_view label);
/// What a person can do about it; empty: nothing is known.
std::string delivery_hint(std::string_view label, std::string_view reason, DeliveryState state);

}  // namespace dw
