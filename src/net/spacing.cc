#include "net/spacing.h"

namespace dw {

Spacing::Spacing(Loop& loop, Clock& clock, int per_minute)
    : loop_(loop), clock_(clock), between_(60'000 / per_minute) {}

Task<std::optional<Millis>> Spacing::wait(Millis wait_max) {
  const Monotonic now = clock_.monotonic();
  const Monotonic mine = std::max(now, next_);
  const auto away = std::chrono::duration_cast<Millis>(mine - now);
  if (away > wait_max) co_return away;
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
