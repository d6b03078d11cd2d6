// What is said in a chat arrives over several connections at nearly the same time, and not in the
// order in which it was said. It is recorded as it comes, so that it can be acknowledged, waits a
// moment in the store, and is planned in the order in which it was said (ADR 25).
#pragma once
#include <deque>
#include <string>

#include "domain/event.h"
#include "net/async_event.h"
#include "ports/store.h"
#include "records/received.h"

namespace dw {

class Inbox;

/// How much later than what was said after it something may arrive and still come first.
constexpr Millis arrival_window{250};

class InOrder {
 public:
  InOrder(Loop& loop, Clock& clock, Store& store);

  /// It is a word in a chat, or what somebody did to one; all else is planned as it comes.
  static bool is_for(const Event& event);

  /// Records it: when this returns it is on disk, and is planned in its turn, after the window at
  /// the latest.
  /// errors  as Store::write(): nothing is recorded
  /// again   safe: the inbox takes the same event once
  Task<Result<void>> receive(Event event);

  /// Plans what was received, here or by a replica that has ended, until stop(); what is there then
  /// at once. What could not be planned waits in the store, and is tried again.
  Task<void> plan_until_stopped(Inbox& inbox);
  void stop();

 private:
  /// Something of this channel falls due, with all that was said before it.
  struct Turn {
    Monotonic due;
    std::string channel;
    int64_t said_at;
  };

  SaidUntil take_due();
  Task<void> plan(Inbox& inbox, SaidUntil due);
  Task<void> look_for_left(TimePoint before, Millis from_now);
  void add_turns(const SaidUntil& until, Millis from_now);

  Clock& clock_;
  Store& store_;
  AsyncEvent changed_;
  std::deque<Turn> turns_;  ///< the earliest first
  bool is_failing_ = false;
  bool is_stopping_ = false;
};

}  // namespace dw
