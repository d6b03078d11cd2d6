#include "engine/backoff.h"

#include <algorithm>

namespace dw {

Millis next_wait(const BackoffSettings& settings, int attempts, std::optional<Millis> not_before,
                 Random& random) {
  const int doublings = std::clamp(attempts - 1, 0, 30);
  const int64_t widest =
      std::min(settings.max.count(), settings.first.count() * (int64_t{1} << doublings));
  const auto jitter =
      static_cast<int64_t>(random.below(static_cast<uint64_t>(std::max<int64_t>(widest, 1))));
  if (!not_before) return Millis(jitter);
  // Behind a Retry-After the crowd still spreads, but over the first wait alone.
  return *not_before + Millis(std::min(jitter, settings.first.count()));
}

bool is_given_up(const BackoffSettings& settings, TimePoint created_at, TimePoint now) {
  return now - created_at >= settings.give_up;
}

}  // namespace dw
