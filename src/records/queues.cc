// Embedded queues: visibility, receive counts, dead letters, FIFO by group.
#include "records/queues.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/number.h"
#include "base/random.h"
#include "records/stored_json.h"
#include "sql/queues.h"

namespace dw {
namespace {

constexpr Millis deduplication_window{5 * 60 * 1000};
constexpr size_t receipt_bytes = 12;
constexpr int claims_max = 3;

QueueMessage message_in(const Row& row) {
  namespace col = columns::queue_message;
  QueueMessage out;
  out.id = {row.integer(col::id)};
  out.queue = row.text(col::queue);
  out.body = row.text(col::body);
  out.attributes = stored_json(row.text(col::attributes));
  out.group = row.text(col::message_group);
  out.deduplication = row.text(col::deduplication);
  out.sent_at = row.time(col::sent_at);
  out.visible_at = row.time(col::visible_at);
  out.receives = static_cast<int>(row.integer(col::receives));
  out.first_received_at = row.time_or_none(col::first_received_at);
  out.receipt = row.text(col::receipt);
  out.source_queue = row.text(col::source_queue);
  return out;
}

/// "17.9f3c…" as its number and receipt; number 0 if it is no handle.
std::pair<MessageId, std::string> handle_parts(const std::string& handle) {
  const size_t dot = handle.find('.');
  if (dot == std::string::npos || dot + 1 == handle.size()) return {};
  const auto id = number_in(handle.substr(0, dot));
  if (!id || *id <= 0) return {};
  return {MessageId{*id}, handle.substr(dot + 1)};
}

/// The row of the deduplication id decides who sends, also between replicas: whoever writes it
/// first, or over one that is too old. 0: that is this one; else the earlier message.
Result<MessageId> claim_deduplication(Db& db, const QueueMessage& message, TimePoint now) {
  const TimePoint too_old = now - deduplication_window;
  DW_CHECK(db.send(stmt::prune_seen, {too_old}));
  for (int tries = 0; tries < claims_max; ++tries) {
    bool is_first = false;
    DW_CHECK(db.run(stmt::queue_claim, {message.queue, message.deduplication, now, too_old},
                    [&](const Row&) { is_first = true; }));
    if (is_first) return MessageId{};
    MessageId earlier;
    DW_CHECK(db.run(stmt::queue_seen, {message.queue, message.deduplication},
                    [&](const Row& row) { earlier = {row.integer(0)}; }));
    if (earlier) return earlier;
    // It was swept between the two: a replica's clock is ahead of ours.
  }
  return Error{ErrorKind::busy, "queue " + message.queue, "the deduplication id is expiring; retry",
               Millis(1000)};
}

/// At most `wanted` that may be received now. Of a FIFO queue the first group that is free, as far
/// as it goes, then the next one.
Result<std::vector<QueueMessage>> ready_in(Db& db, const QueueReceive& receive, int wanted,
                                           TimePoint now) {
  std::vector<QueueMessage> heads;
  const Statement& find = receive.is_fifo ? stmt::queue_ready_fifo : stmt::queue_ready;
  DW_CHECK(db.run(find, {receive.queue, now, wanted},
                  [&](const Row& row) { heads.push_back(message_in(row)); }));
  if (!receive.is_fifo) return heads;
  std::vector<QueueMessage> out;
  for (QueueMessage& head : heads) {
    const int room = wanted - static_cast<int>(out.size());
    if (room <= 0) break;
    const MessageId first = head.id;
    const std::string group = head.group;
    out.push_back(std::move(head));
    if (room == 1 || group.empty()) continue;
    bool is_next = true;  // none is passed that has to wait
    DW_CHECK(db.run(stmt::queue_ready_group, {receive.queue, group, first, room - 1},
                    [&](const Row& row) {
                      QueueMessage one = message_in(row);
                      is_next = is_next && one.visible_at <= now;
                      if (is_next) out.push_back(std::move(one));
                    }));
  }
  return out;
}

}  // namespace

namespace queues {

Result<QueueMetrics> metrics(ReadDb& db, const std::string& queue, TimePoint now) {
  QueueMetrics metrics{.name = queue, .oldest_at = {}};
  DW_CHECK(db.run(stmt::queue_depth, {queue, now},
                  [&](const Row& row) { metrics.depth = row.integer(0); }));
  DW_CHECK(db.run(stmt::queue_hidden, {queue, now}, [&](const Row& row) {
    metrics.in_flight = row.integer(0);
    metrics.delayed = row.integer(1);
  }));
  DW_CHECK(db.run(stmt::queue_oldest, {queue},
                  [&](const Row& row) { metrics.oldest_at = row.time(0); }));
  return metrics;
}

Result<Page<QueueMessage>> peek(ReadDb& db, const std::string& queue, const PageRequest& page) {
  Page<QueueMessage> out;
  DW_TRY(const int64_t above, id_in(page.cursor, 0));
  DW_CHECK(db.run(stmt::queue_peek, {queue, above, static_cast<int64_t>(page.limit + 1)},
                  [&](const Row& row) { out.items.push_back(message_in(row)); }));
  out.next_cursor =
      next_cursor(out.items, page.limit, [](const QueueMessage& one) { return one.id.value; });
  return out;
}

namespace {

Result<void> insert(Db& db, const QueueMessage& message, TimePoint now, int64_t* id) {
  const std::string attributes =
      message.attributes.is_object() ? to_text(message.attributes) : "{}";
  const TimePoint visible = std::max(message.visible_at, now);
  db.touch({.queues = true});
  return db.insert_later(stmt::queue_send,
                         {message.queue, message.body, attributes, message.group,
                          message.deduplication, now, visible, message.source_queue},
                         id);
}

}  // namespace

Result<MessageId> send(Db& db, const QueueMessage& message, TimePoint now) {
  MessageId id;
  if (!message.deduplication.empty()) {
    DW_TRY(id, claim_deduplication(db, message, now));
    if (id) return id;
  }
  DW_CHECK(insert(db, message, now, &id.value));
  DW_CHECK(db.settle());
  if (!message.deduplication.empty()) {
    DW_CHECK(db.send(stmt::queue_remember, {message.queue, message.deduplication, id}));
  }
  return id;
}

Result<void> send_unseen(Db& db, const QueueMessage& message, TimePoint now) {
  if (message.deduplication.empty()) return insert(db, message, now, nullptr);
  DW_CHECK(send(db, message, now));
  return {};
}

Result<std::vector<QueueMessage>> receive(Db& db, const QueueReceive& receive, TimePoint now) {
  std::vector<QueueMessage> taken;
  if (receive.is_fifo) DW_CHECK(db.run(stmt::queue_lock, {receive.queue}));
  // Buried ones make room for others, so it looks again until it is full or nothing is ready.
  for (bool has_buried = true; has_buried;) {
    has_buried = false;
    const int wanted = receive.count_max - static_cast<int>(taken.size());
    if (wanted <= 0) break;
    DW_TRY(std::vector<QueueMessage> ready, ready_in(db, receive, wanted, now));
    for (QueueMessage& message : ready) {
      if (message.receives >= receive.receives_max && !receive.dead_queue.empty()) {
        DW_CHECK(db.send(stmt::queue_bury, {message.id, receive.dead_queue, now}));
        has_buried = true;
        continue;
      }
      message.visible_at = now + receive.visibility;
      message.receipt = to_hex(random_bytes(receipt_bytes));
      message.first_received_at = message.first_received_at.value_or(now);
      ++message.receives;
      DW_CHECK(db.send(stmt::queue_take, {message.id, message.visible_at, message.receipt, now}));
      taken.push_back(std::move(message));
    }
  }
  db.touch({.queues = !taken.empty()});
  return taken;
}

Result<bool> remove(Db& db, const std::string& queue, const std::string& handle) {
  const auto [id, receipt] = handle_parts(handle);
  if (!id) return false;
  DW_TRY(const int64_t rows, db.run(stmt::queue_delete, {id, queue, receipt}));
  db.touch({.queues = rows > 0});
  return rows > 0;
}

Result<HandleState> handle_state(ReadDb& db, const std::string& queue, const std::string& handle,
                                 TimePoint now) {
  const auto [id, receipt] = handle_parts(handle);
  HandleState state = HandleState::unknown;
  const std::string& wanted = receipt;
  DW_CHECK(db.run(stmt::queue_receipt, {id, queue}, [&](const Row& row) {
    if (wanted.empty() || row.text(0) != wanted) return;
    state = row.time(1) > now ? HandleState::in_flight : HandleState::expired;
  }));
  return state;
}

Result<void> forget_deduplication(Db& db, const std::string& queue) {
  return db.send(stmt::queue_forget, {queue});
}

Result<void> hide(Db& db, const std::string& queue, const std::string& handle, Millis visibility,
                  TimePoint now) {
  const auto [id, receipt] = handle_parts(handle);
  const TimePoint until = now + visibility;
  DW_TRY(const int64_t rows, db.run(stmt::queue_hide, {id, queue, receipt, until}));
  if (rows == 0) {
    return Error{ErrorKind::conflict, "queue " + queue,
                 "the handle is not that of the message's latest receive"};
  }
  db.touch({.queues = true});
  return {};
}

Result<bool> has_visible(ReadDb& db, const std::string& queue, TimePoint now) {
  bool has_some = false;
  DW_CHECK(db.run(stmt::queue_visible, {queue, now}, [&](const Row&) { has_some = true; }));
  return has_some;
}

Result<MessageId> last(ReadDb& db, const std::string& queue) {
  MessageId last;
  DW_CHECK(db.run(stmt::queue_last, {queue}, [&](const Row& row) { last.value = row.integer(0); }));
  return last;
}

Result<int64_t> purge(Db& db, const std::string& queue, MessageId upto, size_t limit) {
  db.touch({.queues = true});
  return db.run(stmt::queue_purge, {queue, upto, static_cast<int64_t>(limit)});
}

Result<int64_t> redrive(Db& db, const std::string& dead_queue, MessageId upto, TimePoint now,
                        size_t limit) {
  db.touch({.queues = true});
  return db.run(stmt::queue_redrive, {dead_queue, now, upto, static_cast<int64_t>(limit)});
}

Result<int64_t> expire(Db& db, const std::string& queue, TimePoint sent_before, TimePoint now,
                       size_t limit) {
  DW_TRY(const int64_t rows,
         db.run(stmt::queue_expire, {queue, sent_before, now, static_cast<int64_t>(limit)}));
  db.touch({.queues = rows > 0});
  return rows;
}

}  // namespace queues
}  // namespace dw
