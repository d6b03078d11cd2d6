#include "web/queue_history.h"

#include <algorithm>

namespace dw {

void QueueHistory::add(const std::string& queue, TimePoint at, std::optional<int64_t> depth) {
  Depths& known = known_[queue];
  auto& depths = known.depths;
  if (!depths.empty()) {
    const auto missed = (at - known.until + every / 2) / every - 1;
    const auto gap = std::clamp<int64_t>(missed, 0, static_cast<int64_t>(points_max));
    depths.insert(depths.end(), static_cast<size_t>(gap), std::nullopt);
  }
  depths.push_back(depth);
  known.until = at;
  if (depths.size() <= points_max) return;
  const auto too_many = static_cast<std::ptrdiff_t>(depths.size() - points_max);
  depths.erase(depths.begin(), depths.begin() + too_many);
}

QueueHistory::Depths QueueHistory::of(const std::string& queue) const {
  const auto found = known_.find(queue);
  return found == known_.end() ? Depths{} : found->second;
}

}  // namespace dw
