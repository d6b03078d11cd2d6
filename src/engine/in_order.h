// What is said in a chat arrives over several connections at nearly the same time, and not in the
// order in which it was said. Each word waits a moment here, and is accepted in that order.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "domain/event.h"
#include "net/async_event.h"
#include "net/task.h"

namespace dw {

/// How much later than what was said after it something may arrive and still come first.
constexpr Millis arrival_window{250};

class InOrder {
 public:
  InOrder(Loop& loop, Clock& clock, Millis window = arrival_window)
      : loop_(loop), clock_(clock), window_(window), channels_(std::make_shared<Channels>()) {}

  /// Returns when it is this event's turn among those of its channel: at most the window after it
  /// came. What is no word of a chat does not wait. The caller must hand it on before it waits for
  /// anything else.
  Task<void> wait_for_slot(const Event& event);
  /// How many wait.
  size_t waiting() const;

 private:
  struct Waiting {
    Waiting(Loop& loop, Clock& clock) : turn(loop, clock) {}
    AsyncEvent turn;
    bool is_due = false;
  };
  /// In the order in which they were said; of one moment, in which they came.
  using Channel = std::multimap<std::string, Waiting*>;
  using Channels = std::map<std::string, Channel>;

  static void make_due(Channel& channel, Channel::iterator until);
  static void leave(Channels& channels, const std::string& name, Channel::iterator place);

  Loop& loop_;
  Clock& clock_;
  Millis window_;
  std::shared_ptr<Channels> channels_;  // shared with who waits: it may outlive this at a stop
};

}  // namespace dw
