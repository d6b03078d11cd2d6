// Whether the store answers, for those who must say so at once: /readyz and /metrics. One small
// question is on its way at a time; one that is not answered for some seconds is the answer.
#pragma once
#include <optional>
#include <string>

#include "net/task_group.h"
#include "ports/store.h"

namespace dw {

class StoreWatch {
 public:
  StoreWatch(Loop& loop, Clock& clock, TaskGroup& tasks, Store& store);

  /// Within a second: what is wrong with the store; empty: nothing is.
  Task<std::string> trouble();

 private:
  Task<void> ask();
  std::string known_error() const;

  Loop& loop_;
  Clock& clock_;
  TaskGroup& tasks_;
  Store& store_;
  std::optional<Monotonic> asked_at_;  ///< a question is on its way
  std::string refused_;                ///< what the last question was answered, if it failed
};

}  // namespace dw
