// Who performs deliveries. A target never decides, never retries, never touches the store (a
// local one alone is handed the transaction).
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "domain/delivery.h"
#include "net/attempt.h"
#include "net/task.h"

namespace dw {

class Db;

/// What settle() found out about a delivery whose outcome is not known.
struct Settled {
  enum class Kind {
    happened,      ///< with the answer, as perform() would have given it
    not_happened,  ///< it may be tried again, safely
    repeatable,    ///< can't tell, but a second time does no harm by this target's promise
    unknown,       ///< can't tell, and a second time would: a person decides
    later,         ///< could not be asked now
  };
  Kind kind = Kind::unknown;
  std::string why{};
  json::value answer{};
};

/// One thing that `deskwire check` looked at.
struct Probe {
  std::string name;  ///< "queue high (sqs)"
  bool is_ok = false;
  std::string detail;  ///< what was seen, or what is wrong and how to mend it
};

class Target {
 public:
  virtual ~Target() = default;

  /// "queue:high": what deliveries name.
  virtual const std::string& name() const = 0;
  /// "sqs:high": what people are shown.
  virtual const std::string& label() const = 0;
  /// How many deliveries one perform() takes, at most.
  virtual size_t batch_max() const { return 1; }
  /// How long a try of this delivery is let run at least, whatever `retry.timeout` says: a page of
  /// a thousand tickets takes its time.
  virtual Millis timeout_min(const Delivery&) const { return Millis(0); }

  /// Tries each delivery once, in order, until `attempt.until`. One outcome each, in the same
  /// order. A connection that broke before the request was written is `later`; after it, `unsure`.
  /// Whatever it waits for (its pace, a token, a connection), it asks `attempt.may_send()` behind
  /// the wait, right before the first byte of each request: what may not be sent any more is
  /// `later`. HttpClient::send does both, given the fence.
  virtual Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) = 0;
  /// Finds out whether a doubtful delivery happened.
  virtual Task<Settled> settle(Delivery delivery, Attempt attempt) = 0;
  /// What works and what is missing.
  virtual Task<std::vector<Probe>> probe(Millis timeout) = 0;
};

/// A target inside our own store: applied in the transaction that plans the delivery, so it is
/// never in doubt.
class LocalTarget {
 public:
  virtual ~LocalTarget() = default;
  virtual const std::string& name() const = 0;
  virtual const std::string& label() const = 0;
  /// errors  only of the store itself; what the delivery asks for in vain is Outcome::refused
  virtual Result<Outcome> apply(Db& db, const Delivery& delivery, TimePoint now) = 0;
};

}  // namespace dw
