// `why` and `summary`: for the command line alone.
#include "web/story.h"

#include <fmt/format.h>

#include "jobs/bridge/bridge.h"
#include "jobs/routing.h"
#include "web/api/operations.h"

namespace dw {
namespace {

std::string rule_of(const Ticket& ticket, const Routing& routing) {
  const Routed routed = routing.choose(ticket);
  if (ticket.queue.empty()) return "no queue";
  const std::string rule =
      routed.route >= 0 ? fmt::format("route {}", routed.route + 1)
                        : fmt::format("no route matches, priority {}", name_of(ticket.priority));
  // Rules may have changed since: then what was done is what counts.
  return routed.queue == ticket.queue
             ? fmt::format("queue {} ({})", ticket.queue, rule)
             : fmt::format("queue {} (by rules that have changed since; today: {})", ticket.queue,
                           routed.queue);
}

}  // namespace

void Operations::add_stories() {
  add_own("explain", &Operations::explain);
  add_own("getSummary", &Operations::summary);
}

Task<ApiAnswer> Operations::explain(Call& call) {
  Story story;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(story, read_story(db, call.name()));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  if (story.ticket) story.rule = rule_of(*story.ticket, Routing(parts_.routes));
  ShapeContext shapes = parts_.shapes;
  if (story.ticket) {
    shapes.ticket_numbers[story.ticket->id.value] = tickets::number_of(*story.ticket);
  }
  // As the store, the log and the metrics call them, instead of as people know them.
  if (call.request.parameter("targets") == "stored") shapes.target_labels.clear();
  co_return shape_of(story, shapes);
}

Task<ApiAnswer> Operations::summary(Call&) {
  Summary summary;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(summary.text, read_summary(db, parts_.clock.now(), parts_.bridge));
    return {};
  };
  DW_CO_CHECK(co_await parts_.store.read(work));
  co_return shape_of(summary);
}

}  // namespace dw
