// Embedded queues: visibility, receive counts, dead letters, FIFO by group.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "records/paging.h"

namespace dw {

struct QueueMetrics {
  std::string name;
  int64_t depth = 0;      ///< visible now
  int64_t in_flight = 0;  ///< received, not yet deleted
  int64_t delayed = 0;
  std::optional<TimePoint> oldest_at;  ///< when the oldest message was sent
};

/// A message in an embedded queue.
struct QueueMessage {
  MessageId id;
  std::string queue;
  std::string body;
  json::value attributes{};  ///< as SQS carries them:
                             ///< {"priority":{"DataType":"String","StringValue":"high"}}
  std::string group, deduplication;
  TimePoint sent_at{};
  TimePoint visible_at{};
  int receives = 0;
  std::optional<TimePoint> first_received_at;
  std::string receipt;       ///< of the latest receive; a handle is "ID.RECEIPT"
  std::string source_queue;  ///< in a dead-letter queue: where it came from
};

struct QueueReceive {
  std::string queue;
  int count_max = 1;  ///< 1 to 10
  Millis visibility{30'000};
  int receives_max = 5;    ///< after that many receives it goes to `dead_queue` instead
  std::string dead_queue;  ///< empty: never moved
  bool is_fifo = false;    ///< a group with a message in flight gives no other until all are done
};

/// What a handle says of its message now.
enum class HandleState {
  in_flight,  ///< of its latest receive, and hidden
  expired,    ///< of its latest receive, and visible again
  unknown,    ///< the message is gone, or was received again since
};

namespace queues {

Result<QueueMetrics> metrics(ReadDb& db, const std::string& queue, TimePoint now);

/// Whether a message may be received now; of a FIFO queue its group may still hold it.
Result<bool> has_visible(ReadDb& db, const std::string& queue, TimePoint now);

/// The newest message of a queue; 0 if there is none.
Result<MessageId> last(ReadDb& db, const std::string& queue);

/// Looks without taking, oldest first.
Result<Page<QueueMessage>> peek(ReadDb& db, const std::string& queue, const PageRequest& page);

/// For FIFO queues a deduplication id seen in the last five minutes gives the earlier message's
/// id.
Result<MessageId> send(Db& db, const QueueMessage& message, TimePoint now);
/// The same where nobody needs its number: on PostgreSQL it is not waited for.
Result<void> send_unseen(Db& db, const QueueMessage& message, TimePoint now);

Result<std::vector<QueueMessage>> receive(Db& db, const QueueReceive& receive, TimePoint now);

/// True if it was there; the receipt must be of the latest receive.
Result<bool> remove(Db& db, const std::string& queue, const std::string& handle);

Result<HandleState> handle_state(ReadDb& db, const std::string& queue, const std::string& handle,
                                 TimePoint now);

/// Hides it from now on; 0 makes it visible.
/// errors  conflict: the handle is not that of the latest receive
Result<void> hide(Db& db, const std::string& queue, const std::string& handle, Millis visibility,
                  TimePoint now);

/// Removes at most `limit` messages, oldest first, none sent after `upto`; how many.
Result<int64_t> purge(Db& db, const std::string& queue, MessageId upto, size_t limit);

/// What was sent before may be sent again.
Result<void> forget_deduplication(Db& db, const std::string& queue);

/// Moves messages of a dead-letter queue back to the queue they came from, as above; how many.
Result<int64_t> redrive(Db& db, const std::string& dead_queue, MessageId upto, TimePoint now,
                        size_t limit);

/// Removes messages that were sent before then and that nobody works on, at most `limit`; of a
/// dead-letter queue those that have been dead since. How many.
Result<int64_t> expire(Db& db, const std::string& queue, TimePoint sent_before, TimePoint now,
                       size_t limit);

}  // namespace queues

}  // namespace dw
