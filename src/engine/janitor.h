// Keeps the store in order beside its work, in small pieces, so that nothing waits for it:
// finished events, deliveries and closed tickets older than the retention go; new tickets become
// quick to search.
#pragma once
#include <string>
#include <vector>

#include "base/metrics.h"
#include "net/async_event.h"
#include "net/task_group.h"
#include "ports/retention.h"
#include "ports/store.h"

namespace dw {

/// An embedded queue, or its dead letters, that keeps messages for so long only.
struct QueueRetention {
  std::string queue;
  Millis retention{};
};

struct JanitorSettings {
  Millis retention{34'560'000'000};  ///< 400 days; 0 keeps all
  std::string holder;                ///< this process among its replicas
  std::vector<QueueRetention> queues{};
  Retention old{};  ///< what jobs remove when it is old
};

class Janitor {
 public:
  Janitor(Loop& loop, Store& store, Clock& clock, Metrics& metrics, JanitorSettings settings);

  /// One sweep. Several replicas may call it; one of them sweeps.
  Task<void> sweep();
  /// Removes messages that are older than their queue keeps them, and counts them.
  Task<void> expire_messages();
  bool has_queues() const { return !settings_.queues.empty(); }
  /// Indexes the words of new tickets whenever there are some.
  Task<void> index_until_stopped();
  /// There are new tickets. On the loop's thread.
  void notify() { has_news_.notify(); }
  void stop();
  void change(Millis retention) { settings_.retention = retention; }

 private:
  Loop& loop_;
  Store& store_;
  Clock& clock_;
  Metrics& metrics_;
  JanitorSettings settings_;
  AsyncEvent has_news_;
  bool is_stopping_ = false;
};

}  // namespace dw
