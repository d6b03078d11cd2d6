// TaskGroup owns running tasks. Stopping has two steps: the owner asks (its tasks see their own
// stop flag and finish), then stop() waits until the deadline, then cuts what is left.
#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <list>
#include <string>

#include "net/async_event.h"
#include "net/task.h"

namespace dw {

class TaskGroup {
 public:
  TaskGroup(Loop& loop, Clock& clock);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts a task. An exception that leaves it is a defect: logged under `name`, process ends 70.
  void run(std::string name, Task<void> task);
  size_t size() const { return running_.size(); }
  /// Waits for all tasks until `deadline`, then cancels their waits and waits for the end.
  Task<void> stop(Millis deadline);

 private:
  struct Running {
    std::string name;
    asio::cancellation_signal cut;
  };
  Loop& loop_;
  Clock& clock_;
  AsyncEvent empty_;
  std::list<Running> running_;
};

}  // namespace dw
