// A loop with real time, a client, and a scripted server on the other end of its sockets.
#pragma once
#include <optional>

#include "fakes/http_script.h"
#include "net/http_client.h"
#include "net/loop_clock.h"
#include "ports/rates.h"

namespace dw {

struct LoopWorld {
  Loop loop;
  LoopClock clock{loop};
  TaskGroup tasks{loop, clock};
  HttpClient http{loop};
  MemoryRates rates{clock};
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
    tasks.run("test", keep(std::move(task), &out));
  }
  /// Runs the loop until all that was started has ended.
  void finish() {
    loop.restart();
    loop.run();
  }

 private:
  template <class T>
  Task<void> keep(Task<T> task, std::optional<T>* out) {
    *out = co_await std::move(task);
    if (--running_ == 0) loop.stop();
  }

  int running_ = 0;
};

}  // namespace dw
