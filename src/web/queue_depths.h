// What queues outside this program last said of themselves.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ports/queue_gauge.h"

namespace dw {

class QueueDepths {
 public:
  /// The gauges outlive it.
  explicit QueueDepths(std::vector<QueueGauge*> gauges) : gauges_(std::move(gauges)) {}

  /// Asks each queue once; what could not be asked is not known from here on.
  Task<void> measure();
  std::optional<QueueDepth> of(const std::string& queue) const;

 private:
  std::vector<QueueGauge*> gauges_;
  mutable std::mutex mutex_;  // written on the loop, read on the store's thread
  std::map<std::string, QueueDepth> known_;
};

}  // namespace dw
