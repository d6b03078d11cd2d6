#include "sim/turns.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace dw::sim {
namespace {

/// Most statements are answered within this; then it is asked whether one waits for a lock.
constexpr std::chrono::microseconds timeout{1500};
/// What PostgresDb sets as lock_timeout, in simulated time.
constexpr Millis lock_timeout{10'000};

}  // namespace

void Session::live() {
  std::unique_lock lock(turns_.mutex_);
  for (;;) {
    has_turn_.wait(lock, [this] { return (state_ == State::running && job_) || is_over_; });
    if (is_over_) return;
    const std::function<void()> job = std::exchange(job_, nullptr);
    lock.unlock();
    try {
      job();
    } catch (const Killed&) {
      set_backend(0);
    }
    lock.lock();
    state_ = State::idle;
    turns_.is_back_.notify_one();
  }
}

void Session::yield() {
  std::unique_lock lock(turns_.mutex_);
  if (is_killed_) return;
  state_ = State::ready;
  turns_.is_back_.notify_one();
  has_turn_.wait(lock, [this] { return state_ == State::running; });
}

Session& Turns::add(std::string name) {
  sessions_.push_back(std::unique_ptr<Session>(new Session(*this, std::move(name))));
  Session& added = *sessions_.back();
  added.thread_ = std::thread([&added] { added.live(); });
  return added;
}

void Turns::remove(Session& session) {
  {
    const std::lock_guard lock(mutex_);
    session.is_killed_ = true;
  }
  cut(session);
  while (!session.is_idle()) turn(session);
  {
    const std::lock_guard lock(mutex_);
    session.is_over_ = true;
  }
  session.has_turn_.notify_one();
  session.thread_.join();
  const auto place = std::find_if(sessions_.begin(), sessions_.end(),
                                  [&](const auto& one) { return one.get() == &session; });
  over_.push_back(std::move(*place));
  sessions_.erase(place);
}

void Turns::cut(Session& session) {
  const int backend = session.backend_;
  if (backend == 0) return;
  observer_.terminate(backend);
  // The answer that it waits for is the loss of the connection.
  if (session.is_waiting()) turn(session);
  observer_.await_end(backend);
}

void Turns::start(Session& session, std::function<void()> job, std::function<void()> done) {
  DW_ASSERT(session.is_idle(), "a session has one job at a time");
  const std::lock_guard lock(mutex_);
  session.job_ = std::move(job);
  session.done_ = std::move(done);
  session.state_ = Session::State::ready;
}

void Turns::resume_backend(Session& session) {
  if (!std::exchange(session.is_backend_stopped_, false)) return;
  ::kill(session.backend_, SIGCONT);
}

/// Lets one session run until it asks for its next turn, has ended, or waits for a lock.
void Turns::turn(Session& session) {
  std::unique_lock lock(mutex_);
  session.state_ = Session::State::running;
  resume_backend(session);
  session.has_turn_.notify_one();
  const auto is_back = [&session] { return session.state_ != Session::State::running; };
  while (!is_back_.wait_for(lock, timeout, is_back)) {
    const int backend = session.backend_;
    if (backend == 0) continue;
    lock.unlock();
    const bool is_blocked = !observer_.blockers({backend})[backend].empty();
    lock.lock();
    if (is_back() || !is_blocked) continue;
    // From here on it goes on only when it has a turn, whoever lets go of the lock.
    ::kill(backend, SIGSTOP);
    session.is_backend_stopped_ = true;
    session.state_ = Session::State::waiting;
    session.waits_since_ = clock_.monotonic();
  }
  lock.unlock();
  if (session.is_waiting()) {
    told_("wait for a lock", session.name_ + " waits for a lock");
    break_deadlock(session);
  }
  if (session.is_idle() && session.done_ && !session.is_killed_) {
    std::exchange(session.done_, nullptr)();
  }
}

std::map<int, std::vector<int>> Turns::look() {
  std::vector<int> backends;
  for (const auto& one : sessions_) {
    if (one->is_waiting()) backends.push_back(one->backend_);
  }
  return backends.empty() ? std::map<int, std::vector<int>>{} : observer_.blockers(backends);
}

/// The server's own deadlock detector is switched off: whom it ends depends on real time.
void Turns::break_deadlock(Session& last) {
  const std::map<int, std::vector<int>> edges = look();
  std::set<int> seen;
  std::vector<int> open = {last.backend_};
  bool is_circle = false;
  while (!open.empty() && !is_circle) {
    const int one = open.back();
    open.pop_back();
    const auto found = edges.find(one);
    if (found == edges.end()) continue;
    for (const int next : found->second) {
      is_circle = is_circle || next == last.backend_;
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  if (!is_circle) return;
  told_("deadlock", last.name_ + " is the victim of a deadlock");
  end_wait(last, Ended::deadlock);
}

void Turns::end_wait(Session& session, Ended why) {
  session.ended_ = why;
  observer_.cancel(session.backend_);
  turn(session);
}

/// As lock_timeout does.
void Turns::end_waits() {
  for (size_t i = 0; i < sessions_.size(); ++i) {
    Session& one = *sessions_[i];
    if (!one.is_waiting() || clock_.monotonic() - one.waits_since_ < lock_timeout) continue;
    if (!is_stuck(one)) continue;
    told_("lock timeout", one.name_ + " has waited too long for a lock");
    end_wait(one, Ended::lock_timeout);
  }
}

bool Turns::is_stuck(const Session& session) {
  return !observer_.blockers({session.backend_})[session.backend_].empty();
}

std::vector<Session*> Turns::able() {
  const std::map<int, std::vector<int>> edges = look();
  std::vector<Session*> out;
  for (const auto& one : sessions_) {
    const auto found = edges.find(one->backend_);
    const bool is_free = one->is_waiting() && (found == edges.end() || found->second.empty());
    const bool is_ready = one->state_ == Session::State::ready;
    if (!one->is_paused_ && (is_ready || is_free)) out.push_back(one.get());
  }
  return out;
}

bool Turns::advance() {
  end_waits();
  const std::vector<Session*> candidates = able();
  if (candidates.empty()) return false;
  turn(*candidates[random_.below(candidates.size())]);
  return true;
}

void Turns::finish(Session& session) {
  while (!session.is_idle()) {
    const std::vector<Session*> candidates = able();
    const bool is_able =
        std::find(candidates.begin(), candidates.end(), &session) != candidates.end();
    if (is_able) {
      turn(session);
    } else if (!candidates.empty()) {
      turn(*candidates[random_.below(candidates.size())]);
    } else {
      end_wait(session, Ended::lock_timeout);
    }
  }
}

}  // namespace dw::sim
