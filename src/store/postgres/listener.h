// Hears what other replicas commit: LISTEN on a connection and a thread of its own.
#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "ports/store.h"

namespace dw {

class PostgresListener {
 public:
  /// `own`: the name that this process's store puts on its notices; those are not heard.
  PostgresListener(std::string url, std::string own, std::function<void(Touched)> tell);
  ~PostgresListener();

 private:
  void listen_until_stopped();
  /// Until the connection breaks.
  void listen_once();

  std::string url_, own_;
  std::function<void(Touched)> tell_;  // from the thread
  std::atomic<bool> is_stopping_{false};
  int stop_pipe_[2] = {-1, -1};
  std::thread thread_;
};

}  // namespace dw
