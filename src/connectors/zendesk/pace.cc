#include "connectors/zendesk/pace.h"

#include <algorithm>

namespace dw {
namespace {

constexpr Millis minute{60'000};

Millis rounded_up(Monotonic::duration length) {
  return std::chrono::ceil<Millis>(length);
}

}  // namespace

std::optional<Millis> Pace::take() {
  const Monotonic now = clock_.monotonic();
  if (rests_until_ && *rests_until_ > now) return rounded_up(*rests_until_ - now);
  while (!taken_.empty() && taken_.front() + minute <= now) taken_.pop_front();
  if (taken_.size() >= per_minute_max_) return rounded_up(taken_.front() + minute - now);
  taken_.push_back(now);
  return std::nullopt;
}

void Pace::rest(Millis length) {
  const Monotonic until = clock_.monotonic() + length;
  rests_until_ = rests_until_ ? std::max(*rests_until_, until) : until;
}

}  // namespace dw
