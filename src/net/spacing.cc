#include "net/spacing.h"

#include <algorithm>

namespace dw {

Spacing::Spacing(Loop& loop, Clock& clock, int per_minute)
    : loop_(loop), clock_(clock), between_(60'000 / per_minute) {}

Task<std::optional<Millis>> Spacing::wait(Millis wait_max) {
  const Monotonic now = clock_.monotonic();
  const Monotonic mine = std::max(now, next_);
  if (mine - now > std::min(wait_max, 2 * between_)) {
    promised_ = std::max(promised_, mine) + between_;
    co_return std::chrono::duration_cast<Millis>(promised_ - now);
  }
  next_ = mine + between_;
  if (mine > now) {
    Wake place(loop_, clock_);
    co_await place.wait(mine);
  }
  co_return std::nullopt;
}

void Spacing::pause(Millis length) {
  next_ = std::max(next_, clock_.monotonic() + length);
}

}  // namespace dw
