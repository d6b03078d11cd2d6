#include "net/task_group.h"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <cstdlib>
#include <exception>

#include "base/defect.h"
#include "base/log.h"

namespace dw {
namespace {

/// What leaves a task: nothing, a cut wait (expected while stopping), or a defect. A defect ends
/// the process here, because no frame above could know what state it left behind.
void judge(const std::string& name, std::exception_ptr left) {
  if (!left) return;
  try {
    std::rethrow_exception(left);
  } catch (const boost::system::system_error& failed) {
    if (failed.code() == asio::error::operation_aborted) return;
    log_error("defect", failed.what(), {{"task", name}});
  } catch (const std::exception& failed) {
    log_error("defect", failed.what(), {{"task", name}});
  }
  std::_Exit(exit_defect);
}

}  // namespace

TaskGroup::TaskGroup(Loop& loop, Clock& clock) : loop_(loop), clock_(clock), empty_(loop, clock) {}
TaskGroup::~TaskGroup() = default;

void TaskGroup::run(std::string name, Task<void> task) {
  const auto here = running_.emplace(running_.end());
  here->name = std::move(name);
  asio::co_spawn(loop_, std::move(task),
                 asio::bind_cancellation_slot(here->cut.slot(), [this, here](std::exception_ptr e) {
                   judge(here->name, e);
                   running_.erase(here);
                   if (running_.empty()) empty_.notify();
                 }));
}

Task<void> TaskGroup::stop(Millis deadline) {
  const Monotonic until = clock_.monotonic() + deadline;
  while (!running_.empty() && clock_.monotonic() < until) co_await empty_.wait(until);
  for (auto it = running_.begin(); it != running_.end();) {
    auto next = std::next(it);  // a cut task may end at once and erase itself
    it->cut.emit(asio::cancellation_type::terminal);
    it = next;
  }
  while (!running_.empty()) co_await empty_.wait();
}

}  // namespace dw
