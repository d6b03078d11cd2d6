// How often the outside may be asked. A rate has a name, and whoever is about to use what it limits
// books a turn of it: one row or one entry a name, so that all who share it together keep it.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/async_event.h"

namespace dw {

/// One turn every `interval` in the long run; `burst`: how far turns may run ahead of that after a
/// quiet time (the generic cell rate algorithm).
struct RateRule {
  std::string name;  ///< "slack chat.postMessage", "zendesk https://acme.zendesk.com"
  Millis interval{};
  Millis burst{};
  /// Who is in no hurry leaves so much of what is saved up to the others, and comes behind them.
  Millis spared{};
};

/// At most so many in any minute, a tenth of them at once.
RateRule rate_per_minute(std::string name, int count);

/// As many, one after the other at equal distances.
RateRule even_rate(std::string name, int per_minute);

/// A booked turn comes after `wait`; one that was not booked may be asked for again then.
struct RateSlot {
  Millis wait{};
  bool is_booked = true;
};

/// Where a rate stands, in milliseconds of one clock.
struct RateState {
  int64_t free_at = 0;      ///< the next turn; in the past by as much as is saved up for a burst
  int64_t promised_at = 0;  ///< the last time at which somebody was told to come again
};

/// The turn of all those together, and where they stand then. `states` are those of `rules`. Who
/// is told to come again is counted at those rules alone of which it spares nothing.
RateSlot reserve_slot(const std::vector<RateRule>& rules, std::vector<RateState>& states,
                      int64_t now, Millis timeout);

class Rates {
 public:
  virtual ~Rates() = default;

  /// Books the next turn of all those rates together; how long to wait for it.
  /// errors  busy, with `when`: it would come after `patience`. Nothing is booked, and each who
  /// asks
  ///         is told a time of its own. Or nobody can be asked: then nothing may be sent
  virtual Task<Result<Millis>> book(std::vector<RateRule> rules, Millis timeout) = 0;
  /// No turn comes within `length`, for nobody: the other side asked for a pause.
  virtual Task<void> pause(std::string name, Millis length) = 0;
};

/// The answer to those who would have to wait for longer than they may.
Error too_late(const std::vector<RateRule>& rules, Millis wait);

/// Books a turn and waits for it. errors  as Rates::book()
Task<Result<void>> wait_for_slot(Rates& rates, Loop& loop, Clock& clock,
                                 std::vector<RateRule> rules, Millis timeout);

/// For a process that is alone.
class MemoryRates : public Rates {
 public:
  explicit MemoryRates(Clock& clock) : clock_(clock) {}

  Task<Result<Millis>> book(std::vector<RateRule> rules, Millis timeout) override;
  Task<void> pause(std::string name, Millis length) override;
  size_t size() const { return states_.size(); }

 private:
  int64_t now() const;
  void forget_idle(int64_t now);

  Clock& clock_;
  std::map<std::string, RateState, std::less<>> states_;
};

}  // namespace dw
