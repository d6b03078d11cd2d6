// What the SQS operations on messages do to the embedded queues.
#include <fmt/format.h>

#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "ports/queue_limits.h"
#include "records/queues.h"
#include "web/sqs_endpoint/endpoint.h"
#include "web/sqs_endpoint/parameters.h"

namespace dw {
namespace {

constexpr int64_t wait_seconds_max = 20;
constexpr int64_t visibility_seconds_max = 43'200;
constexpr int64_t delay_seconds_max = 900;
constexpr size_t batch_max = 10;
constexpr size_t id_characters_max = 128;
/// How long a ReceiveRequestAttemptId gives the same messages, and how many are remembered.
constexpr Millis attempt_lifetime{5 * 60 * 1000};
constexpr size_t attempts_max = 1000;
/// More who wait than this are answered at once, as if they had not asked to wait.
constexpr size_t waiting_max = 16'000;

bool is_fifo_id(const std::string& id) {
  return id.size() <= id_characters_max &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_entry_id(const std::string& id) {
  return !id.empty() && id.size() <= 80 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string::npos;
}

/// One message out of SendMessage's parameters or a batch's entry.
std::optional<SqsError> read_message(const JsonView& view, const SqsQueue& queue, TimePoint now,
                                     QueueMessage& out) {
  out.queue = queue.name;
  out.body = view["MessageBody"].text().value_or("");
  if (const json::value* attributes = view["MessageAttributes"].raw()) out.attributes = *attributes;
  if (auto wrong = check_message(out.body, out.attributes)) return wrong;
  const json::value* system = view["MessageSystemAttributes"].raw();
  if (system != nullptr) {
    if (auto wrong = check_system_attributes(*system)) return wrong;
    const json::value* trace = system->get_object().if_contains(trace_header);
    if (trace != nullptr && !out.attributes.is_object()) out.attributes = json::object{};
    if (trace != nullptr) out.attributes.get_object()[stored_trace_header] = *trace;
  }
  std::optional<SqsError> wrong;
  const int64_t delay = number_in(view["DelaySeconds"], 0, 0, delay_seconds_max, wrong);
  if (wrong) return wrong;
  out.visible_at = now + std::chrono::seconds(delay);
  out.group = view["MessageGroupId"].text().value_or("");
  out.deduplication = view["MessageDeduplicationId"].text().value_or("");
  if (!is_fifo_id(out.group) || !is_fifo_id(out.deduplication)) {
    return bad_value("MessageGroupId", "At most 128 ASCII letters, digits and punctuation");
  }
  if (!queue.is_fifo) {
    if (!out.deduplication.empty()) {
      return bad_value("MessageDeduplicationId",
                       "The request includes a parameter that is not "
                       "valid for this queue type");
    }
    return std::nullopt;  // a group here makes a fair queue, which ours is for all
  }
  if (out.group.empty()) {
    return SqsError{"MissingParameter", "The request must contain the parameter MessageGroupId."};
  }
  if (delay > 0) {
    return bad_value("DelaySeconds",
                     "The request include parameter that is not valid for this "
                     "queue type");
  }
  // ContentBasedDeduplication, as Amazon does it: the body alone, attributes do not count.
  if (out.deduplication.empty()) out.deduplication = to_hex(bytes_of(sha256(out.body)));
  return std::nullopt;
}

json::object sent_shape(const QueueMessage& message, MessageId id, bool is_fifo) {
  json::object out{{"MessageId", message_id_text(id)}, {"MD5OfMessageBody", md5_hex(message.body)}};
  json::value attributes = message.attributes;
  if (attributes.is_object()) {
    if (const json::value* trace = attributes.get_object().if_contains(stored_trace_header)) {
      out["MD5OfMessageSystemAttributes"] = md5_of_attributes(json::object{{trace_header, *trace}});
      attributes.get_object().erase(stored_trace_header);
    }
  }
  const std::string digest = md5_of_attributes(attributes);
  if (!digest.empty()) out["MD5OfMessageAttributes"] = digest;
  if (is_fifo) out["SequenceNumber"] = fmt::format("{:020}", id.value);
  return out;
}

json::object failed_entry(const std::string& id, const SqsError& error) {
  return {{"Id", id},
          {"SenderFault", !error.is_receiver},
          {"Code", error.code},
          {"Message", error.message}};
}

/// Body and attributes of a batch's entry, whatever else is wrong with it.
size_t bytes_of_entry(const JsonView& entry) {
  const json::value* attributes = entry["MessageAttributes"].raw();
  return message_size(entry["MessageBody"].text().value_or(""),
                      attributes == nullptr ? json::value() : *attributes);
}

SqsReply batch_reply(json::array successful, json::array failed) {
  return json::object{{"Successful", std::move(successful)}, {"Failed", std::move(failed)}};
}

/// What is wrong with a batch as a whole.
std::optional<SqsError> check_batch(const std::vector<JsonView>& entries) {
  if (entries.empty()) {
    return SqsError{"EmptyBatchRequest", "There should be at least one entry in the request."};
  }
  if (entries.size() > batch_max) {
    return SqsError{"TooManyEntriesInBatchRequest",
                    fmt::format("Maximum number of entries per request are 10. You have sent {}.",
                                entries.size())};
  }
  std::set<std::string> ids;
  size_t bytes = 0;
  for (const JsonView& entry : entries) {
    const std::string id = entry["Id"].text().value_or("");
    if (!is_entry_id(id)) {
      return SqsError{"InvalidBatchEntryId",
                      "A batch entry id can only contain alphanumeric characters, hyphens and "
                      "underscores. It can be at most 80 letters long."};
    }
    if (!ids.insert(id).second) {
      return SqsError{"BatchEntryIdsNotDistinct", fmt::format("Id {} repeated.", id)};
    }
    bytes += bytes_of_entry(entry);
  }
  if (bytes > message_bytes_max) {
    return SqsError{"BatchRequestTooLong",
                    fmt::format("Batch requests cannot be longer than {} bytes. You have sent {} "
                                "bytes.",
                                message_bytes_max, bytes)};
  }
  return std::nullopt;
}

bool has_handle_form(const std::string& handle) {
  const size_t dot = handle.find_first_not_of("0123456789");
  return dot != std::string::npos && dot > 0 && handle[dot] == '.' && dot + 1 < handle.size() &&
         handle.find_first_not_of("0123456789abcdef", dot + 1) == std::string::npos;
}

SqsError bad_handle(const std::string& handle) {
  return {"ReceiptHandleIsInvalid",
          fmt::format("The input receipt handle \"{}\" is not a valid receipt handle.", handle)};
}

SqsError invalid_handle(const std::string& handle, std::string_view why) {
  return {"InvalidParameterValue",
          fmt::format("Value {} for parameter ReceiptHandle is invalid. Reason: {}.", handle, why)};
}

/// What became of each entry of a batch.
SqsReply reply_of_entries(const std::vector<JsonView>& entries,
                          const std::vector<std::optional<SqsError>>& results) {
  json::array successful, failed;
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string id = entries[i]["Id"].text().value_or("");
    if (results[i]) {
      failed.push_back(failed_entry(id, *results[i]));
    } else {
      successful.push_back(json::object{{"Id", id}});
    }
  }
  return batch_reply(std::move(successful), std::move(failed));
}

}  // namespace

/// Their numbers, in one commit; who waits for a message gets one out of the same.
Task<Result<std::vector<MessageId>>> SqsEndpoint::send_all(
    const Found& found, const std::vector<QueueMessage>& messages, TimePoint now) {
  const bool is_delayed = std::all_of(messages.begin(), messages.end(),
                                      [now](const auto& one) { return one.visible_at > now; });
  Receivers::Choice waiting(receivers_, is_delayed ? "" : found.queue.name);
  std::vector<MessageId> ids;
  std::vector<QueueMessage> received;
  auto work = [&](Db& db) -> Result<void> {
    ids.clear();
    for (const QueueMessage& message : messages) {
      DW_TRY(const MessageId id, queues::send(db, message, now));
      ids.push_back(id);
    }
    if (waiting.wanted() != nullptr) {
      DW_TRY(received, queues::receive(db, *waiting.wanted(), clock_.now()));
    }
    return {};
  };
  const Result<void> written = co_await store_.write(work);
  if (!written.ok()) co_return written.error();
  waiting.give(std::move(received));
  count("deskwire_queue_sent_total", found, messages.size());
  co_return ids;
}

SqsEndpoint::Answer SqsEndpoint::send(Call call, Found found) {
  QueueMessage message;
  const TimePoint now = clock_.now();
  const auto wrong = read_message(call.view(), found.queue, now, message);
  if (wrong) co_return SqsReply(*wrong);
  std::vector<QueueMessage> messages;
  messages.push_back(std::move(message));
  const Result<std::vector<MessageId>> ids = co_await send_all(found, messages, now);
  if (!ids.ok()) co_return SqsReply(store_failed(ids.error()));
  co_return SqsReply(sent_shape(messages.at(0), ids->at(0), found.queue.is_fifo));
}

SqsEndpoint::Answer SqsEndpoint::send_batch(Call call, Found found) {
  const JsonView view = call.view();
  const std::vector<JsonView> entries = view["Entries"].elements();
  if (const auto wrong = check_batch(entries)) co_return SqsReply(*wrong);
  const TimePoint now = clock_.now();
  json::array failed;
  std::vector<std::string> good;  // entries, by their ids
  std::vector<QueueMessage> messages;
  for (const JsonView& entry : entries) {
    std::string id = entry["Id"].text().value_or("");
    QueueMessage message;
    if (const auto wrong = read_message(entry, found.queue, now, message)) {
      // Without its group a FIFO message has no place: Amazon refuses the whole request.
      const bool is_groupless = found.queue.is_fifo && wrong->code == "MissingParameter" &&
                                message.group.empty() && !message.body.empty();
      if (is_groupless) co_return SqsReply(*wrong);
      failed.push_back(failed_entry(id, *wrong));
    } else {
      good.push_back(std::move(id));
      messages.push_back(std::move(message));
    }
  }
  if (messages.empty()) co_return batch_reply({}, std::move(failed));
  const Result<std::vector<MessageId>> ids = co_await send_all(found, messages, now);
  if (!ids.ok()) co_return SqsReply(store_failed(ids.error()));
  json::array successful;
  for (size_t i = 0; i < good.size(); ++i) {
    json::object sent = sent_shape(messages[i], ids->at(i), found.queue.is_fifo);
    sent["Id"] = good[i];
    successful.push_back(std::move(sent));
  }
  co_return batch_reply(std::move(successful), std::move(failed));
}

Task<Result<std::vector<QueueMessage>>> SqsEndpoint::receive_once(QueueReceive wanted) {
  std::vector<QueueMessage> messages;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(messages, queues::receive(db, wanted, clock_.now()));
    return {};
  };
  const Result<void> written = co_await store_.write(work);
  if (!written.ok()) co_return written.error();
  co_return messages;
}

/// What the same attempt was given before, hidden once more; nothing where one of it was deleted,
/// released or received by another since.
Task<Result<std::vector<QueueMessage>>> SqsEndpoint::received_before(const QueueReceive& wanted,
                                                                     const std::string& attempt) {
  const auto found = std::find_if(attempts_.begin(), attempts_.end(), [&](const auto& one) {
    return one.id == attempt && one.queue == wanted.queue && one.until > clock_.monotonic();
  });
  if (attempt.empty() || found == attempts_.end()) co_return std::vector<QueueMessage>();
  std::vector<QueueMessage> messages = found->messages;
  bool is_whole = true;
  auto work = [&](Db& db) -> Result<void> {
    const TimePoint now = clock_.now();
    for (const QueueMessage& one : messages) {
      DW_TRY(const HandleState state, queues::handle_state(db, wanted.queue, handle_of(one), now));
      is_whole = is_whole && state == HandleState::in_flight;
    }
    for (size_t i = 0; is_whole && i < messages.size(); ++i) {
      DW_CHECK(queues::hide(db, wanted.queue, handle_of(messages[i]), wanted.visibility, now));
    }
    return {};
  };
  const Result<void> written = co_await store_.write(work);
  if (!written.ok()) co_return written.error();
  if (!is_whole) messages.clear();
  co_return messages;
}

void SqsEndpoint::remember(const std::string& queue, const std::string& attempt,
                           const std::vector<QueueMessage>& messages) {
  attempts_.push_back({queue, attempt, clock_.monotonic() + attempt_lifetime, messages});
  if (attempts_.size() > attempts_max) attempts_.pop_front();
}

Task<Result<std::vector<QueueMessage>>> SqsEndpoint::receive_until(QueueReceive wanted,
                                                                   Monotonic until,
                                                                   std::function<bool()> is_gone) {
  const bool may_wait = clock_.monotonic() < until && receivers_.size() < waiting_max;
  if (!may_wait) co_return co_await receive_once(wanted);
  // In line before the first look: what comes during the look is noticed.
  Receivers::Place place(receivers_, wanted, is_gone);
  look_again_while_somebody_waits();
  Result<std::vector<QueueMessage>> messages = co_await receive_once(wanted);
  while (messages.ok() && messages->empty() && clock_.monotonic() < until && !is_stopping_) {
    co_await place.wait(until);
    *messages = place.given();
    if (!messages->empty()) break;
    // A message that is handed to nobody would be hidden from those who are still there.
    if (is_gone && is_gone()) break;
    const bool is_over = clock_.monotonic() >= until || is_stopping_;
    if (place.is_first() && !is_over) messages = co_await receive_once(wanted);
  }
  co_return messages;
}

SqsEndpoint::Answer SqsEndpoint::receive(Call call, Found found) {
  const JsonView view = call.view();
  std::optional<SqsError> wrong;
  QueueReceive wanted{.queue = found.queue.name, .is_fifo = found.queue.is_fifo};
  wanted.count_max = static_cast<int>(number_in(view["MaxNumberOfMessages"], 1, 1, 10, wrong));
  const int64_t wait = number_in(view["WaitTimeSeconds"], 0, 0, wait_seconds_max, wrong);
  const int64_t hidden = number_in(view["VisibilityTimeout"], -1, 0, visibility_seconds_max, wrong);
  if (wrong) co_return SqsReply(*wrong);
  wanted.visibility = found.queue.visibility;
  if (hidden >= 0) wanted.visibility = std::chrono::seconds(hidden);
  wanted.receives_max = found.queue.receives_max;
  if (!found.is_dead) wanted.dead_queue = found.queue.name + "-dead";
  std::vector<std::string> system = texts_in(view["MessageSystemAttributeNames"]);
  for (std::string& name : texts_in(view["AttributeNames"])) system.push_back(std::move(name));
  if (const auto unknown = check_received_names(system)) co_return SqsReply(*unknown);
  const std::vector<std::string> attributes = texts_in(view["MessageAttributeNames"]);

  const std::string attempt =
      found.queue.is_fifo ? view["ReceiveRequestAttemptId"].text().value_or("") : "";
  if (!is_fifo_id(attempt)) {
    co_return bad_value("ReceiveRequestAttemptId", "At most 128 ASCII letters and punctuation");
  }
  const Monotonic until = clock_.monotonic() + std::chrono::seconds(wait);
  Result<std::vector<QueueMessage>> messages = co_await received_before(wanted, attempt);
  if (messages.ok() && messages->empty()) {
    messages = co_await receive_until(wanted, until, std::move(call.is_gone));
    if (messages.ok() && !messages->empty() && !attempt.empty()) {
      remember(wanted.queue, attempt, *messages);
    }
  }
  if (!messages.ok()) co_return SqsReply(store_failed(messages.error()));
  count("deskwire_queue_received_total", found, messages->size());
  json::array shapes;
  for (const QueueMessage& message : *messages) {
    shapes.push_back(shape_of_received(message, attributes, system, found.queue.is_fifo));
  }
  json::object body;
  if (!shapes.empty()) body["Messages"] = std::move(shapes);
  co_return SqsReply(std::move(body));
}

SqsEndpoint::Answer SqsEndpoint::remove(Call call, Found found) {
  const std::string handle = call.view()["ReceiptHandle"].text().value_or("");
  std::vector<std::optional<SqsError>> results;
  std::vector<std::string> handles(1, handle);
  const Result<void> done = co_await remove_all(found, std::move(handles), results);
  if (!done.ok()) co_return SqsReply(store_failed(done.error()));
  if (results.at(0)) co_return SqsReply(*results[0]);
  co_return SqsReply(json::object{});
}

SqsEndpoint::Answer SqsEndpoint::remove_batch(Call call, Found found) {
  const JsonView view = call.view();
  const std::vector<JsonView> entries = view["Entries"].elements();
  if (const auto wrong = check_batch(entries)) co_return SqsReply(*wrong);
  std::vector<std::string> handles;
  for (const JsonView& entry : entries) {
    handles.push_back(entry["ReceiptHandle"].text().value_or(""));
  }
  std::vector<std::optional<SqsError>> results;
  const Result<void> done = co_await remove_all(found, std::move(handles), results);
  if (!done.ok()) co_return SqsReply(store_failed(done.error()));
  co_return reply_of_entries(entries, results);
}

/// Deletes each: one result for each handle. One that is gone already is deleted: that is what the
/// caller wants.
Task<Result<void>> SqsEndpoint::remove_all(const Found& found, std::vector<std::string> handles,
                                           std::vector<std::optional<SqsError>>& results) {
  size_t removed = 0;
  auto work = [&](Db& db) -> Result<void> {
    removed = 0;
    results.assign(handles.size(), std::nullopt);
    for (size_t i = 0; i < handles.size(); ++i) {
      if (!has_handle_form(handles[i])) {
        results[i] = bad_handle(handles[i]);
        continue;
      }
      if (found.queue.is_fifo) {
        DW_TRY(const HandleState state,
               queues::handle_state(db, found.queue.name, handles[i], clock_.now()));
        // Its group may have gone on: another may work on it.
        if (state == HandleState::expired) {
          results[i] = invalid_handle(handles[i], "The receipt handle has expired");
          continue;
        }
      }
      DW_TRY(const bool was_there, queues::remove(db, found.queue.name, handles[i]));
      if (was_there) ++removed;
    }
    return {};
  };
  Result<void> written = co_await store_.write(work);
  if (written.ok()) count("deskwire_queue_deleted_total", found, removed);
  co_return written;
}

SqsEndpoint::Answer SqsEndpoint::change_visibility(Call call, Found found) {
  const JsonView view = call.view();
  std::vector<std::optional<SqsError>> results;
  std::vector<JsonView> entries(1, view);
  const Result<void> done = co_await hide_all(found, std::move(entries), results);
  if (!done.ok()) co_return SqsReply(store_failed(done.error()));
  if (results.at(0)) co_return SqsReply(*results[0]);
  co_return SqsReply(json::object{});
}

SqsEndpoint::Answer SqsEndpoint::change_visibility_batch(Call call, Found found) {
  const JsonView view = call.view();
  const std::vector<JsonView> entries = view["Entries"].elements();
  if (const auto wrong = check_batch(entries)) co_return SqsReply(*wrong);
  std::vector<std::optional<SqsError>> results;
  const Result<void> done = co_await hide_all(found, entries, results);
  if (!done.ok()) co_return SqsReply(store_failed(done.error()));
  co_return reply_of_entries(entries, results);
}

/// Hides each message for its own time from now on: one result for each.
Task<Result<void>> SqsEndpoint::hide_all(const Found& found, std::vector<JsonView> entries,
                                         std::vector<std::optional<SqsError>>& results) {
  auto work = [&](Db& db) -> Result<void> {
    results.assign(entries.size(), std::nullopt);
    const TimePoint now = clock_.now();
    for (size_t i = 0; i < entries.size(); ++i) {
      const std::string handle = entries[i]["ReceiptHandle"].text().value_or("");
      const JsonView visibility = entries[i]["VisibilityTimeout"];
      if (!has_handle_form(handle)) {
        results[i] = bad_handle(handle);
        continue;
      }
      if (!visibility.is_present()) {
        results[i] = SqsError{"MissingParameter",
                              "The request must contain the parameter VisibilityTimeout."};
        continue;
      }
      const int64_t seconds = number_in(visibility, 0, 0, visibility_seconds_max, results[i]);
      if (results[i]) continue;
      DW_TRY(const HandleState state, queues::handle_state(db, found.queue.name, handle, now));
      // After its time a message of a standard queue is its receiver's until another has it.
      const bool is_ours = state == HandleState::in_flight ||
                           (state == HandleState::expired && !found.queue.is_fifo);
      if (!is_ours) {
        results[i] = invalid_handle(handle,
                                    "Message does not exist or is not available for visibility "
                                    "timeout change");
        continue;
      }
      DW_CHECK(queues::hide(db, found.queue.name, handle, std::chrono::seconds(seconds), now));
    }
    return {};
  };
  co_return co_await store_.write(work);
}

}  // namespace dw
