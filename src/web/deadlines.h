// A deadline for every request. A handler runs in a task of its own that owns all that it refers
// to; who asked hears 503 when its time is up, while the handler goes on to its end: what it has
// handed to the store can't be taken back.
#pragma once
#include <memory>

#include "net/http_server.h"
#include "net/task_group.h"
#include "ports/store.h"

namespace dw {

struct DeadlineLimits {
  Millis answer{10'000};     ///< of what asks the store alone: the API, hooks, queues
  Millis report{120'000};    ///< of what reads a report or asks another system first
  Millis long_poll{20'000};  ///< more for a receive that may wait this long for a message
  /// Handlers that nobody waits for any more; with so many of them a request is refused at once.
  size_t given_up_max = 1000;
};

class Deadlines {
 public:
  Deadlines(Loop& loop, Clock& clock, TaskGroup& tasks, const Store& store,
            DeadlineLimits limits = {});

  /// Puts every route under its deadline, but those that must answer whatever happens.
  void guard(Routes& routes);
  /// Handlers whose caller has been told to come again, and that have not ended yet.
  size_t given_up() const { return given_up_; }

 private:
  struct Pending;
  // Shared by the handler's task and the one that waits for it, whichever ends first.
  using SharedPending = std::shared_ptr<Pending>;
  using SharedHandler = std::shared_ptr<const Handler>;  // shared with all its requests

  Task<Response> answer(SharedHandler handler, Request& request);
  Task<void> run(SharedPending pending, SharedHandler handler);
  Millis limit_of(const Request& request) const;
  Response too_late(const Request& request, Millis limit) const;

  Loop& loop_;
  Clock& clock_;
  TaskGroup& tasks_;
  const Store& store_;
  DeadlineLimits limits_;
  size_t given_up_ = 0;
};

}  // namespace dw
