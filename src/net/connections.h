// The connections that a server holds, and the moment by which each must have got on. They are
// looked at together a few times a second, so that no read and no write needs a timer of its own.
#pragma once
#include <optional>
#include <vector>

#include "base/clock.h"

namespace dw {

class Connections;

/// One connection, for as long as it lives.
class HttpConnection {
 public:
  explicit HttpConnection(Connections& all);
  virtual ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

 protected:
  /// Ends what the connection waits for; called once when its time is up. Must not destroy it.
  virtual void cut() = 0;
  /// Gives back what only reading needs: a request takes long to answer. Called once for each.
  virtual void release_reading() = 0;

  void set_deadline(Millis from_now);
  void clear_deadline() { until_ = Monotonic::max(); }
  /// Between two requests: nothing is lost if it ends now.
  void set_idle(bool is_idle) { is_idle_ = is_idle; }
  /// From a request's last byte to its answer's: nothing is read meanwhile.
  void set_answering(bool is_answering) { is_answering_ = is_answering; }
  bool is_late() const { return is_late_; }

 private:
  friend class Connections;
  Connections& all_;
  size_t place_;
  Monotonic until_ = Monotonic::max();
  bool is_idle_ = false;
  bool is_answering_ = false;
  bool is_late_ = false;
};

class Connections {
 public:
  explicit Connections(Clock& clock) : clock_(clock) {}
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  size_t size() const { return all_.size(); }
  /// Cuts those that wait for a first or a next request.
  void cut_idle();

  /// A deadline is noticed at most this long after it has passed, and so is a long answer.
  static constexpr Millis tick{100};

 private:
  friend class HttpConnection;
  void sweep();

  Clock& clock_;
  std::vector<HttpConnection*> all_;
  std::optional<Clock::TimerId> timer_;  // none while there is no connection
};

}  // namespace dw
