// Sessions of a real PostgreSQL that run one at a time. Each has a thread and a connection; one of
// them at a time goes on, up to its next statement, and the seed says which. A statement that waits
// for another session's lock is recognised, its backend is stopped (SIGSTOP) so that it does not go
// on by itself, and another session has its turn. So a run can be had again from its seed, and what
// happens between two statements is PostgreSQL's own truth.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"

namespace dw::sim {

class Turns;

/// Looks at the server from a connection of its own, which no session waits for.
class Observer {
 public:
  virtual ~Observer() = default;
  /// For each of these backends the backends that it waits for; none: it does not wait.
  virtual std::map<int, std::vector<int>> blockers(const std::vector<int>& backends) = 0;
  /// Tells a backend to end its statement with an error, or itself. One that is stopped does so
  /// when it goes on.
  virtual void cancel(int backend) = 0;
  virtual void terminate(int backend) = 0;
  /// Waits until a backend that was ended, or whose client has left, is gone.
  virtual void await_end(int backend) = 0;
};

/// Why a statement was ended that waited for a lock.
enum class Ended { no, deadlock, lock_timeout };

/// Leaves a thread whose process is dead.
struct Killed {};

/// One thread and its connection.
class Session {
 public:
  enum class State {
    idle,     ///< has no job
    ready,    ///< in front of its next statement
    running,  ///< has its turn
    waiting,  ///< its statement waits for a lock
  };

  /// Its thread: in front of each statement. Returns when it has its turn again.
  void yield();
  bool is_here() const { return std::this_thread::get_id() == thread_.get_id(); }
  bool is_killed() const { return is_killed_; }
  /// The backend that its statements go to; 0: not connected.
  void set_backend(int backend) { backend_ = backend; }
  /// Why its statement was ended, if it was; asked once.
  Ended was_ended() { return std::exchange(ended_, Ended::no); }

  bool is_idle() const { return state_ == State::idle; }
  bool is_waiting() const { return state_ == State::waiting; }
  /// A process that is stopped asks for nothing more; what it asked goes on.
  void set_paused(bool is_paused) { is_paused_ = is_paused; }
  int backend() const { return backend_; }
  const std::string& name() const { return name_; }

 private:
  friend class Turns;
  Session(Turns& turns, std::string name) : turns_(turns), name_(std::move(name)) {}
  void live();

  Turns& turns_;
  std::string name_;
  State state_ = State::idle;
  std::function<void()> job_, done_;
  std::condition_variable has_turn_;
  Monotonic waits_since_{};
  std::atomic<int> backend_ = 0;
  bool is_backend_stopped_ = false;
  Ended ended_ = Ended::no;
  bool is_paused_ = false, is_killed_ = false, is_over_ = false;
  std::thread thread_;
};

class Turns {
 public:
  Turns(Observer& observer, Random& random, const Clock& clock)
      : observer_(observer), random_(random), clock_(clock) {}

  Session& add(std::string name);
  /// Kills it: whatever it was doing comes to no end, its thread is joined.
  void remove(Session& session);

  /// Gives an idle session a job, which runs on its thread in turns; `done` is called on the
  /// caller's thread in the turn that ends it.
  void start(Session& session, std::function<void()> job, std::function<void()> done);
  /// One turn of a session that can go on, chosen at random. False: none can.
  bool advance();
  /// Gives turns, to this session first, until its job is over. Where it waits for one that does
  /// not go on, its statement is ended with an error.
  void finish(Session& session);
  /// Told of what happens to a session: its kind, and its story.
  using Told = std::function<void(const std::string& kind, const std::string& line)>;
  void on_event(Told told) { told_ = std::move(told); }
  /// Its backend is gone for good: what it waited for fails.
  void cut(Session& session);

 private:
  friend class Session;
  void turn(Session& session);
  void resume_backend(Session& session);
  void end_waits();
  void end_wait(Session& session, Ended why);
  void break_deadlock(Session& last);
  bool is_stuck(const Session& session);
  std::vector<Session*> able();
  std::map<int, std::vector<int>> look();

  Observer& observer_;
  Random& random_;
  const Clock& clock_;
  Told told_ = [](const std::string&, const std::string&) {};
  std::mutex mutex_;
  std::condition_variable is_back_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<std::unique_ptr<Session>> over_;  // their connections may still name them
};

}  // namespace dw::sim
