#include "connectors/embedded_queue/embedded_queue.h"

#include "ports/queue_limits.h"
#include "records/queues.h"

namespace dw {

Result<Outcome> EmbeddedQueue::apply(Db& db, const Delivery& delivery, TimePoint now) {
  const auto* send = std::get_if<QueueSend>(&delivery.payload);
  if (send == nullptr) return Outcome::refused("a queue accepts messages only");
  if (const std::string wrong = refusal_of_message(*send); !wrong.empty()) {
    return Outcome::refused(wrong);
  }
  json::object attributes;
  for (const auto& [name, value] : send->attributes) {
    attributes[name] = json::object{{"DataType", "String"}, {"StringValue", value}};
  }
  const QueueMessage message{.queue = send->queue,
                             .body = send->body,
                             .attributes = std::move(attributes),
                             .group = send->group,
                             .deduplication = send->deduplication};
  if (delivery.answer_kind.empty()) {
    DW_CHECK(queues::send_unseen(db, message, now));
    return Outcome::done();
  }
  DW_TRY(const MessageId id, queues::send(db, message, now));
  return Outcome::done(json::object{{"message", id.value}});
}

}  // namespace dw
