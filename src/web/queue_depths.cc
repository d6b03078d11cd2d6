#include "web/queue_depths.h"

#include "base/log.h"

namespace dw {
namespace {

constexpr Millis timeout{5000};

}  // namespace

Task<void> QueueDepths::measure() {
  for (QueueGauge* gauge : gauges_) {
    const Result<QueueDepth> measured = co_await gauge->measure(timeout);
    if (!measured.ok()) log_debug("queues", measured.error().text());
    const std::lock_guard lock(mutex_);
    if (measured.ok()) {
      known_[gauge->queue_name()] = *measured;
    } else {
      known_.erase(gauge->queue_name());
    }
  }
}

std::optional<QueueDepth> QueueDepths::of(const std::string& queue) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(queue);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace dw
