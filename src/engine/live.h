// Numbered changes for the board. Change notes are written in the commit that makes the change;
// this follows them, has each rendered once, and hands them to all readers. A reader is given its
// position before anything else, and never a change at or before it: one that comes back with the
// last position it saw goes on behind it, after a restart and at another replica too.
#pragma once
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/async_event.h"
#include "net/task_group.h"
#include "ports/change_position.h"
#include "ports/store.h"
#include "records/changes.h"

namespace dw {

/// One event of the live stream. All readers share the rendered text.
struct LiveEvent {
  std::string position;  ///< empty for what can't be resumed: queue and status figures
  std::string topic;     ///< "ticket", "delivery", "queue", "status", "resync"; empty: only where
                         ///< the reader stands
  std::string json;
};

class Live {
 public:
  /// Turns notes into events; what no longer exists gives none.
  using Render = std::function<Result<std::vector<LiveEvent>>(ReadDb&, std::vector<ChangeNote>)>;

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
    AsyncEvent wake_;
    std::deque<std::shared_ptr<const LiveEvent>> waiting_;  // shared with all other readers
    ChangePosition seen_;             ///< what stands here or before is not told again
    bool is_placed_ = false;          ///< until the store has said where it stands, events wait
    bool has_fallen_behind_ = false;  ///< lost events: it is told to load anew

   public:
    ~Subscription();
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
  };

  // Shared with the task that asks the store where the reader stands.
  using SharedReader = std::shared_ptr<Subscription>;
  /// `position` is the last that the reader saw; empty: from now on. Until the store has said where
  /// that is, there are no events.
  SharedReader subscribe(std::string position);
  size_t readers() const { return readers_.size(); }

 private:
  using Shared = std::shared_ptr<const LiveEvent>;  // one text, many readers

  /// What the store says of a reader that comes.
  struct Start {
    std::string position;  ///< it has seen all up to here, and the events
    std::vector<LiveEvent> events;
    bool is_gone = false;  ///< what it saw last is kept no longer: it loads anew
  };

  Task<void> follow_until_stopped();
  Task<void> follow();
  void reload(const std::string& newest);
  Task<void> place(std::weak_ptr<Subscription> waiting, std::string position);
  Result<Start> read_start(ReadDb& rows, const std::string& position) const;
  void begin(Subscription& reader, Start start, const std::string& asked);
  void tell(LiveEvent event);
  static void put(Subscription& reader, const Shared& event,
                  const std::optional<ChangePosition>& place);

  Loop& loop_;
  Clock& clock_;
  Store& store_;
  TaskGroup& tasks_;
  Render render_;
  AsyncEvent changed_;
  std::optional<ChangePosition> position_;  ///< all readers have all up to here; absent: none reads
  bool is_stopping_ = false;
  std::list<Subscription*> readers_;
  std::map<std::pair<std::string, std::string>, Shared> latest_;
};

}  // namespace dw
