// Hears what other replicas commit: LISTEN on a connection and a thread of its own.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "ports/store.h"
#include "store/postgres/connection.h"

namespace dw {

class PostgresListener {
 public:
  /// `own`: the name that this process's store puts on its notices; those are not heard.
  PostgresListener(std::string url, std::string own, std::function<void(DirtyFlags)> tell);
  ~PostgresListener();

 private:
  void listen_until_stopped();
  /// Until the connection breaks, or the server is silent.
  void listen_once();
  /// Asks for nothing, and is answered: the server is there and LISTEN stands.
  bool ask(pg_conn* connection, const char* query);
  void tell_heard(pg_conn* connection);

  std::string url_, own_;
  std::function<void(DirtyFlags)> tell_;  // from the thread
  Interrupt stop_;
  std::thread thread_;
};

}  // namespace dw
