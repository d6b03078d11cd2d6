#include "web/queue_shapes.h"

#include <algorithm>

#include "records/queues.h"

namespace dw {

Result<ShownQueue> read_queue(ReadDb& db, const QueueName& queue, const QueueDepths& outside,
                              TimePoint now) {
  ShownQueue out{.name = queue.name,
                 .kind = queue.kind,
                 .depth = {},
                 .in_flight = {},
                 .oldest_seconds = {},
                 .dead = {}};
  if (queue.kind != "embedded") {
    if (const auto depth = outside.of(queue.name)) {
      out.depth = depth->visible + depth->delayed;
      out.in_flight = depth->in_flight;
    }
    return out;
  }
  DW_TRY(const QueueMetrics metrics, queues::metrics(db, queue.name, now));
  DW_TRY(const QueueMetrics buried, queues::metrics(db, queue.name + "-dead", now));
  out.depth = metrics.depth + metrics.delayed;
  out.in_flight = metrics.in_flight;
  out.dead = buried.depth + buried.in_flight + buried.delayed;
  if (metrics.oldest_at) {
    const auto age = std::max(now - *metrics.oldest_at, Millis(0));
    out.oldest_seconds = std::chrono::floor<std::chrono::seconds>(age).count();
  }
  return out;
}

}  // namespace dw
