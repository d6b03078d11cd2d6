// API tokens and SQS keys as the store last had them, so that not every request asks it. One that
// is revoked lives at most two seconds longer in a running daemon.
#pragma once
#include <optional>
#include <vector>

#include "net/task.h"
#include "ports/store.h"
#include "records/tokens.h"

namespace dw {

class KnownTokens {
 public:
  KnownTokens(Store& store, Clock& clock) : store_(store), clock_(clock) {}

  /// False: refresh() before all().
  bool is_fresh() const { return read_at_ && clock_.monotonic() - *read_at_ <= fresh_for; }
  /// errors  full, unreachable: as the store says; what was known stays
  Task<Result<void>> refresh();
  /// Those that are revoked are among them.
  const std::vector<Token>& all() const { return tokens_; }

 private:
  static constexpr Millis fresh_for{2000};

  Store& store_;
  Clock& clock_;
  std::vector<Token> tokens_;
  std::optional<Monotonic> read_at_;
};

}  // namespace dw
