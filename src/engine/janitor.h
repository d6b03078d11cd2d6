// Keeps the store bounded: finished events, deliveries and closed tickets older than the
// retention go, in small pieces, so that nothing waits for it.
#pragma once
#include <string>

#include "base/metrics.h"
#include "ports/store.h"

namespace dw {

struct JanitorSettings {
  Millis retention{34'560'000'000};  ///< 400 days; 0 keeps all
  std::string holder;                ///< this process among its replicas
};

class Janitor {
 public:
  Janitor(Store& store, Clock& clock, Metrics& metrics, JanitorSettings settings);

  /// One sweep. Several replicas may call it; one of them sweeps.
  Task<void> sweep();
  void change(Millis retention) { settings_.retention = retention; }

 private:
  Store& store_;
  Clock& clock_;
  Metrics& metrics_;
  JanitorSettings settings_;
};

}  // namespace dw
