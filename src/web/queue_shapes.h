// A queue as it is shown: what the store counts of an embedded one, what one outside last said.
#pragma once
#include <string>

#include "ports/store.h"
#include "web/queue_depths.h"
#include "web/shapes.h"

namespace dw {

/// A queue as configured.
struct QueueName {
  std::string name, kind;  ///< kind: "embedded" or "sqs"
};

/// Its dead letters counted; of a queue outside this program what it last said.
Result<ShownQueue> read_queue(ReadDb& db, const QueueName& queue, const QueueDepths& outside,
                              TimePoint now);

}  // namespace dw
