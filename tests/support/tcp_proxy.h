// Stands between a store and PostgreSQL, on loopback, and does what networks do: loses the answer
// to a COMMIT, loses the COMMIT, holds it back until nobody waits for it, or falls silent.
#pragma once
#include <atomic>
#include <chrono>
#include <list>
#include <string>
#include <thread>

namespace dw {

/// For what the other side of a socket, or another process, must be given the time to do.
void give_time(std::chrono::milliseconds time);

/// What becomes of the next COMMIT.
enum class CommitFault {
  none,
  answer_lost,  ///< it is executed, and the connection breaks before its answer comes through
  answer_torn,  ///< it is executed and answered, and the connection ends before "ready for query"
  commit_lost,  ///< the connection breaks before it comes through
  held_back,    ///< the client's side breaks; the server gets it two seconds later
};

class TcpProxy {
 public:
  /// In front of the cluster behind `url` (its socket is in the url's `host`).
  explicit TcpProxy(const std::string& url);
  ~TcpProxy();

  /// The same database through here.
  std::string url() const { return url_; }
  void break_next_commit(CommitFault fault) { fault_ = fault; }
  /// Bytes are taken and go nowhere, and new connections are accepted and hear nothing.
  void set_silent(bool is_silent) { is_silent_ = is_silent; }
  /// Open connections break, and new ones break at once.
  void set_broken(bool is_broken) { is_broken_ = is_broken; }
  /// COMMITs that have met their fault.
  int faults() const { return faults_; }

 private:
  void accept_until_stopped();
  void carry(int client);

  std::string socket_path_, url_;
  int listener_ = -1;
  std::atomic<bool> is_stopping_ = false, is_silent_ = false, is_broken_ = false;
  std::atomic<CommitFault> fault_ = CommitFault::none;
  std::atomic<int> faults_ = 0;
  std::list<std::thread> carriers_;
  std::thread acceptor_;
};

}  // namespace dw
