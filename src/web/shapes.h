// The JSON shapes of spec: tickets, comments, deliveries, queues, as the API, the live stream and
// the command line's --json print them.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/delivery.h"
#include "domain/ticket.h"
#include "ports/queue_gauge.h"
#include "ports/store.h"

namespace dw {

/// What shapes need beside the thing itself.
struct ShapeContext {
  std::string public_url;
  /// "queue:high" to "sqs:high": what people are shown.
  std::map<std::string, std::string, std::less<>> target_labels{};
  std::string timezone = "UTC";               ///< of "today": hours.timezone
  std::vector<std::string> tally_channels{};  ///< of [[tally]]
};

json::object shape_of(const Ticket& ticket, const ShapeContext& context);
json::object shape_of(const Comment& comment);
json::object shape_of(const Link& link);
json::object shape_of(const Delivery& delivery, const ShapeContext& context);
json::object shape_of(const TallyAgent& agent);
/// What the live stream tells: the new total of today.
json::object shape_of(const TallyBar& bar);
json::object shape_of(const TallyRow& row);
json::object shape_of(const QueueMessage& message, TimePoint now);
json::object shape_of(const TicketFigures& figures);
/// A queue outside this program; what it did not say is null.
json::object shape_of_outside(std::string_view name, std::string_view kind,
                              const std::optional<QueueDepth>& depth);
json::object shape_of(const QueueFigures& figures, std::string_view kind, int64_t dead,
                      TimePoint now);

json::value time_or_null(const std::optional<TimePoint>& at);
/// {"items": […], "next_cursor": …}
json::object page_of(json::array items, const std::string& next_cursor);

}  // namespace dw
