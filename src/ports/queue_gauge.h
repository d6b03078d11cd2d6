// How full a queue outside this program is. Asking costs a request, so it is asked now and then
// and shown as of then.
#pragma once
#include <string>

#include "base/result.h"
#include "net/task.h"

namespace dw {

/// What the other side says; SQS calls its own numbers approximate.
struct QueueDepth {
  int64_t visible = 0;
  int64_t in_flight = 0;
  int64_t delayed = 0;
};

class QueueGauge {
 public:
  virtual ~QueueGauge() = default;
  /// "high": as configured.
  virtual const std::string& queue_name() const = 0;
  /// errors  unreachable, unsure: no answer; denied: this key may send, and may not ask
  virtual Task<Result<QueueDepth>> measure(Millis timeout) = 0;
};

}  // namespace dw
