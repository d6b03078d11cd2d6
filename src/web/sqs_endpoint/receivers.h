// Those who wait for a message, in a line for each queue. Only the first of a line looks into the
// store, so that ten thousand waiting consumers cost what one does; who leaves lets the next look.
// Whoever sends takes the first out of its line and receives for it, in the commit of the send.
#pragma once
#include <functional>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "net/async_event.h"
#include "records/queues.h"

namespace dw {

class Receivers {
 public:
  Receivers(Loop& loop, Clock& clock) : loop_(loop), clock_(clock) {}

  class Choice;

  /// One request's place in its queue's line, as long as it lives.
  class Place {
   public:
    /// `is_gone`: its caller has hung up, so that nothing may be given to it; may be empty.
    Place(Receivers& receivers, QueueReceive wanted, std::function<bool()> is_gone);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    bool is_first() const { return is_in_line_ && line_.front() == this; }
    /// Returns at a notice, or at `until`; while a sender receives for it, not before that has
    /// ended: a message that is given to it must find it here.
    Task<void> wait(Monotonic until);
    /// What a sender received for it meanwhile; most often nothing.
    std::vector<QueueMessage> given() { return std::exchange(given_, {}); }

   private:
    friend class Receivers;
    Receivers& receivers_;
    std::list<Place*>& line_;
    std::list<Place*>::iterator at_;  // while it is in line
    bool is_in_line_ = true;
    AsyncEvent wake_;
    const QueueReceive wanted_;
    const std::function<bool()> is_gone_;
    std::vector<QueueMessage> given_;
    bool is_waiting_ = false, has_waited_ = false;
    Choice* chosen_by_ = nullptr;
  };

  /// A sender's hold on the first who waits at its queue, who stays until it is let go of.
  class Choice {
   public:
    /// Of nobody, if nobody waits.
    Choice(Receivers& receivers, const std::string& queue);
    ~Choice();
    Choice(const Choice&) = delete;
    Choice& operator=(const Choice&) = delete;

    /// What the one who waits wants; null: nobody waits.
    const QueueReceive* wanted() const { return place_ == nullptr ? nullptr : &place_->wanted_; }
    /// Hands it what was received for it and lets go of it. Nothing: it waits on, as the first, and
    /// looks if a queue has changed meanwhile.
    void give(std::vector<QueueMessage> messages);

   private:
    friend class Place;
    Place* place_ = nullptr;
    size_t changes_before_ = 0;
  };

  /// A queue has changed: who is held for a send looks himself if that fails.
  void note_change() { ++changes_; }
  /// The queues at which somebody waits.
  std::vector<std::string> queues() const;
  /// A message has come: the first of the line looks.
  void notify(const std::string& queue);
  /// Callers who have hung up leave.
  void notify_gone();
  /// Everybody looks, for the last time.
  void notify_all();
  size_t size() const { return size_; }

 private:
  Loop& loop_;
  Clock& clock_;
  std::map<std::string, std::list<Place*>> lines_;
  size_t size_ = 0, changes_ = 0;
};

}  // namespace dw
