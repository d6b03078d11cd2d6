// GET /v1/live: engine/live's changes in the API's shapes, plus the figures of queues and
// connectors, which have no place in the order and are told when they change.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "engine/live.h"
#include "net/http_server.h"
#include "ports/live_topic.h"
#include "records/changes.h"
#include "web/connector_states.h"
#include "web/queue_history.h"
#include "web/queue_shapes.h"
#include "web/shapes.h"

namespace dw {

class LiveFeed {
 public:
  /// `topics`: of the jobs; tickets and deliveries are told anyway.
  LiveFeed(Loop& loop, Clock& clock, Store& store, TaskGroup& tasks, ShapeContext shapes,
           std::vector<QueueName> queues, const QueueDepths& outside,
           std::vector<LiveTopic> topics);
  ~LiveFeed();

  void start();
  void stop();
  /// What a commit touched. On the loop's thread.
  void notify(DirtyFlags touched);
  void tell(const ConnectorState& connector);

  /// A stream that goes on behind `position` (Last-Event-ID; empty: from now).
  /// Where readers sign in the stream says `renew` and ends after two minutes or a little more, so
  /// that whoever may read no longer is found out; the reader goes on behind what it saw.
  std::function<Task<void>(ByteStream&)> stream(std::string position, bool is_renewed);
  size_t readers() const { return live_.readers(); }
  /// Depths over time. On the loop's thread.
  const QueueHistory& history() const { return history_; }

 private:
  Task<void> follow_queues_until_stopped();
  Task<void> keep_history_until_stopped();
  Task<void> write_events(std::string position, bool is_renewed, ByteStream& out);
  Result<std::vector<LiveEvent>> render(ReadDb& db, std::vector<ChangeNote> notes) const;

  Loop& loop_;
  Clock& clock_;
  Store& store_;
  TaskGroup& tasks_;
  ShapeContext shapes_;
  std::vector<QueueName> queues_;
  const QueueDepths& outside_;
  Live live_;
  std::vector<LiveTopic> topics_;
  QueueHistory history_;
  AsyncEvent queues_changed_, minute_;
  bool is_stopping_ = false;
};

}  // namespace dw
