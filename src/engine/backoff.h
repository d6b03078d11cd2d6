// The only retry policy: exponential with full jitter, never before what the target asked for.
#pragma once
#include <optional>

#include "base/clock.h"
#include "base/random.h"

namespace dw {

struct BackoffSettings {
  Millis first{1000};           ///< the widest wait after the first failure
  Millis max{600'000};          ///< the widest wait ever
  Millis give_up{259'200'000};  ///< from a delivery's creation: then it is dead
};

/// How long to wait after `attempts` failures (at least 1). Full jitter: evenly from nothing to
/// first × 2^(attempts-1), at most `max`; so a crowd that failed together does not come back
/// together. `not_before` (Retry-After) is a floor, to which the jitter is added.
Millis next_wait(const BackoffSettings& settings, int attempts, std::optional<Millis> not_before,
                 Random& random);

/// Whether a delivery that was created then has been tried long enough.
bool is_given_up(const BackoffSettings& settings, TimePoint created_at, TimePoint now);

}  // namespace dw
