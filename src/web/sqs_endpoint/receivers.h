// Those who wait for a message, in a line for each queue. Only the first of a line looks into the
// store, so that a thousand waiting consumers cost what one does; who leaves lets the next look.
#pragma once
#include <list>
#include <map>
#include <string>

#include "net/async_event.h"

namespace dw {

class Receivers {
 public:
  Receivers(Loop& loop, Clock& clock) : loop_(loop), clock_(clock) {}

  /// One request's place in its queue's line, as long as it lives.
  class Place {
   public:
    Place(Receivers& receivers, const std::string& queue);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    bool is_first() const { return line_.front() == this; }
    /// Returns at a notice, or at `until`.
    Task<void> wait(Monotonic until) { return wake_.wait(until); }

   private:
    friend class Receivers;
    Receivers& receivers_;
    std::list<Place*>& line_;
    AsyncEvent wake_;
  };

  /// A message may have come: the first of every line looks.
  void notify();
  /// Everybody looks, for the last time.
  void notify_all();
  size_t size() const { return size_; }

 private:
  Loop& loop_;
  Clock& clock_;
  std::map<std::string, std::list<Place*>> lines_;
  size_t size_ = 0;
};

}  // namespace dw
