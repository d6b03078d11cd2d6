// Numbered changes for the board. Change notes are written in the commit that makes the change;
// this follows them, has each rendered once, and hands them to all readers. A reader that comes
// back with the position of the last change it saw goes on behind it, after a restart too.
#pragma once
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "net/task_group.h"
#include "net/wake.h"
#include "ports/store.h"

namespace dw {

/// One event of the live stream. All readers share the rendered text.
struct LiveEvent {
  std::string position;  ///< empty for what can't be resumed: queue and status figures
  std::string topic;     ///< "ticket", "delivery", "queue", "status", "resync"
  std::string json;
};

class Live {
 public:
  /// Turns notes into events; what no longer exists gives none.
  using Render = std::function<Result<std::vector<LiveEvent>>(Reader&, std::vector<ChangeNote>)>;

  Live(Loop& loop, Clock& clock, Store& store, TaskGroup& tasks, Render render);
  ~Live();

  void start();
  void stop();
  /// There are new change notes. On the loop's thread.
  void notify();
  /// Tells all readers something without a place in the order (figures of a queue, a connector).
  void announce(std::string topic, std::string json);
  /// The newest announcement of each subject is told to those who come later.
  void announce_latest(std::string topic, std::string subject, std::string json);

  /// One reader of the stream; bounded: who falls events_max behind is told to begin anew.
  class Subscription {
   public:
    /// Waits for events, at most until `until`; empty at the deadline or when stopping.
    Task<std::vector<std::shared_ptr<const LiveEvent>>> next(Monotonic until);
    bool is_stopped() const;

   private:
    friend class Live;
    explicit Subscription(Live& live);
    Live& live_;
    Wake wake_;
    std::deque<std::shared_ptr<const LiveEvent>> waiting_;  // shared with all other readers
    bool has_fallen_behind_ = false;

   public:
    ~Subscription();
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
  };

  /// `position` is the last that the reader saw; empty: from now on.
  Task<std::unique_ptr<Subscription>> subscribe(std::string position);
  size_t readers() const { return readers_.size(); }

 private:
  using Shared = std::shared_ptr<const LiveEvent>;  // one text, many readers

  Task<void> follow_until_stopped();
  Task<void> follow();
  Task<bool> resume(Subscription& reader, std::string position);
  void tell(const Shared& event);
  static void put(Subscription& reader, const Shared& event);

  Loop& loop_;
  Clock& clock_;
  Store& store_;
  TaskGroup& tasks_;
  Render render_;
  Wake changed_;
  std::string position_;  ///< of the newest change that was told
  bool has_position_ = false;
  bool is_stopping_ = false;
  std::list<Subscription*> readers_;
  std::map<std::pair<std::string, std::string>, Shared> latest_;
};

}  // namespace dw
