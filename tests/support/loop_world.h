// A loop with real time, a client, and a scripted server on the other end of its sockets.
#pragma once
#include <boost/asio/co_spawn.hpp>

#include "fakes/http_script.h"
#include "net/http_client.h"
#include "net/loop_clock.h"

namespace dw {

struct LoopWorld {
  Loop loop;
  LoopClock clock{loop};
  TaskGroup tasks{loop, clock};
  HttpClient http{loop};
  HttpScript script{loop, tasks};

  ~LoopWorld() {
    script.stop();
    loop.restart();
    loop.poll();
  }

  /// Runs the loop until `task` has ended.
  template <class T>
  T wait_for(Task<T> task) {
    std::optional<T> out;
    start(std::move(task), out);
    finish();
    return std::move(*out);
  }
  /// Starts a task whose result is in `out` after finish().
  template <class T>
  void start(Task<T> task, std::optional<T>& out) {
    ++running_;
    asio::co_spawn(loop, std::move(task), [this, &out](std::exception_ptr left, T value) {
      if (left) std::rethrow_exception(left);
      out = std::move(value);
      if (--running_ == 0) loop.stop();
    });
  }
  /// Runs the loop until all that was started has ended.
  void finish() {
    loop.restart();
    loop.run();
  }

 private:
  int running_ = 0;
};

}  // namespace dw
