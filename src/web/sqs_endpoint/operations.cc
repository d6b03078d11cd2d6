// What each SQS operation does to the embedded queues.
#include <fmt/format.h>

#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "ports/queue_limits.h"
#include "records/audit.h"
#include "records/queues.h"
#include "web/sqs_endpoint/endpoint.h"

namespace dw {
namespace {

constexpr int64_t wait_seconds_max = 20;
constexpr int64_t visibility_seconds_max = 43'200;
constexpr int64_t delay_seconds_max = 900;
constexpr size_t batch_max = 10;
constexpr size_t id_characters_max = 128;
/// Hidden and delayed messages become visible without a commit, so the first who waits at a queue
/// looks this often as well.
constexpr Millis look_again{1000};
/// More who wait than this are answered at once, as if they had not asked to wait.
constexpr size_t waiting_max = 2000;

SqsError store_failed(const Error& error) {
  return {"ServiceUnavailable", error.what, 503, true};
}

SqsError bad_value(std::string_view name, std::string_view why) {
  return {"InvalidParameterValue",
          fmt::format("Value for parameter {} is invalid. Reason: {}.", name, why)};
}

/// An integer within bounds, or the default; sets `wrong`.
int64_t number_in(const JsonView& view, int64_t otherwise, int64_t low, int64_t high,
                  std::optional<SqsError>& wrong) {
  if (!view.is_present()) return otherwise;
  const auto number = view.integer();
  if (number && *number >= low && *number <= high) return *number;
  if (!wrong) {
    wrong =
        bad_value(view.path(), fmt::format("Must be between {} and {}, if provided", low, high));
  }
  return otherwise;
}

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
    out.group.clear();
    return std::nullopt;
  }
  if (out.group.empty()) {
    return SqsError{"MissingParameter", "The request must contain the parameter MessageGroupId."};
  }
  if (delay > 0) return bad_value("DelaySeconds", "Not per message on a FIFO queue");
  if (out.deduplication.empty()) {
    return SqsError{"InvalidParameterValue",
                    "The queue should either have ContentBasedDeduplication enabled or "
                    "MessageDeduplicationId provided explicitly."};
  }
  return std::nullopt;
}

json::object sent_shape(const QueueMessage& message, MessageId id, bool is_fifo) {
  json::object out{{"MessageId", message_id_text(id)}, {"MD5OfMessageBody", md5_hex(message.body)}};
  const std::string digest = md5_of_attributes(message.attributes);
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

std::vector<std::string> texts_in(const JsonView& view) {
  return view.is_present() ? view.texts() : std::vector<std::string>{};
}

bool has_handle_form(const std::string& handle) {
  const size_t dot = handle.find_first_not_of("0123456789");
  return dot != std::string::npos && dot > 0 && handle[dot] == '.' && dot + 1 < handle.size() &&
         handle.find_first_not_of("0123456789abcdef", dot + 1) == std::string::npos;
}

const SqsError bad_handle{"ReceiptHandleIsInvalid",
                          "The input receipt handle is not a valid receipt handle."};

}  // namespace

SqsEndpoint::Answer SqsEndpoint::list_queues(Call call) {
  const std::string prefix = call.view()["QueueNamePrefix"].text().value_or("");
  json::array urls;
  for (const SqsQueue& queue : settings_.queues) {
    for (const std::string& name : {queue.name, queue.name + "-dead"}) {
      if (name.starts_with(prefix)) urls.push_back(json::string(url_of(name)));
    }
  }
  json::object body;
  if (!urls.empty()) body["QueueUrls"] = std::move(urls);
  co_return sqs_answer(body);
}

SqsEndpoint::Answer SqsEndpoint::queue_url(Call call) {
  const std::string name = call.view()["QueueName"].text().value_or("");
  if (name.empty()) {
    co_return sqs_failure(
        {"MissingParameter", "The request must contain the parameter QueueName."});
  }
  if (name.find('/') != std::string::npos || !find(name)) {
    co_return sqs_failure({"QueueDoesNotExist", "The specified queue does not exist."});
  }
  co_return sqs_answer({{"QueueUrl", url_of(name)}});
}

SqsEndpoint::Answer SqsEndpoint::queue_attributes(Call call, Found found) {
  const std::vector<std::string> wanted = texts_in(call.view()["AttributeNames"]);
  for (const std::string& name : wanted) {
    if (is_queue_attribute(name)) continue;
    co_return sqs_failure({"InvalidAttributeName", fmt::format("Unknown Attribute {}.", name)});
  }
  QueueFigures figures;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(figures, queues::figures(db, found.queue.name, clock_.now()));
    return {};
  };
  const Result<void> read = co_await store_.read(work);
  if (!read.ok()) co_return sqs_failure(store_failed(read.error()));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(found.queue.visibility);
  std::map<std::string, std::string> all = {
      {"QueueArn", arn_of(found.queue.name)},
      {"ApproximateNumberOfMessages", std::to_string(figures.depth)},
      {"ApproximateNumberOfMessagesNotVisible", std::to_string(figures.in_flight)},
      {"ApproximateNumberOfMessagesDelayed", std::to_string(figures.delayed)},
      {"VisibilityTimeout", std::to_string(seconds.count())},
      {"MaximumMessageSize", std::to_string(message_bytes_max)},
      {"MessageRetentionPeriod", "1209600"},
      {"DelaySeconds", "0"},
      {"ReceiveMessageWaitTimeSeconds", "0"}};
  if (found.queue.is_fifo) all["FifoQueue"] = "true";
  if (!found.is_dead) {
    all["RedrivePolicy"] =
        to_text(json::object{{"deadLetterTargetArn", arn_of(found.queue.name + "-dead")},
                             {"maxReceiveCount", found.queue.receives_max}});
  }
  json::object attributes;
  for (const auto& [name, value] : all) {
    if (is_wanted(name, wanted)) attributes[name] = value;
  }
  json::object body;
  if (!attributes.empty()) body["Attributes"] = std::move(attributes);
  co_return sqs_answer(body);
}

SqsEndpoint::Answer SqsEndpoint::send(Call call, Found found) {
  QueueMessage message;
  const TimePoint now = clock_.now();
  const auto wrong = read_message(call.view(), found.queue, now, message);
  if (wrong) co_return sqs_failure(*wrong);
  MessageId id;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(id, queues::send(db, message, now));
    return {};
  };
  const Result<void> written = co_await store_.write(work);
  if (!written.ok()) co_return sqs_failure(store_failed(written.error()));
  co_return sqs_answer(sent_shape(message, id, found.queue.is_fifo));
}

SqsEndpoint::Answer SqsEndpoint::send_batch(Call call, Found found) {
  const JsonView view = call.view();
  const std::vector<JsonView> entries = view["Entries"].elements();
  if (const auto wrong = check_batch(entries)) co_return sqs_failure(*wrong);
  const TimePoint now = clock_.now();
  json::array failed;
  std::vector<std::pair<std::string, QueueMessage>> good;
  for (const JsonView& entry : entries) {
    std::string id = entry["Id"].text().value_or("");
    QueueMessage message;
    if (const auto wrong = read_message(entry, found.queue, now, message)) {
      failed.push_back(failed_entry(id, *wrong));
    } else {
      good.emplace_back(std::move(id), std::move(message));
    }
  }
  std::vector<MessageId> ids;
  auto work = [&](Db& db) -> Result<void> {
    ids.clear();
    for (const auto& [entry, message] : good) {
      DW_TRY(const MessageId id, queues::send(db, message, now));
      ids.push_back(id);
    }
    return {};
  };
  const Result<void> written = co_await store_.write(work);
  if (!written.ok()) co_return sqs_failure(store_failed(written.error()));
  json::array successful;
  for (size_t i = 0; i < good.size(); ++i) {
    json::object sent = sent_shape(good[i].second, ids[i], found.queue.is_fifo);
    sent["Id"] = good[i].first;
    successful.push_back(std::move(sent));
  }
  co_return sqs_answer({{"Successful", std::move(successful)}, {"Failed", std::move(failed)}});
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

Task<Result<std::vector<QueueMessage>>> SqsEndpoint::receive_until(QueueReceive wanted,
                                                                   Monotonic until,
                                                                   std::function<bool()> is_gone) {
  Result<std::vector<QueueMessage>> messages = co_await receive_once(wanted);
  if (receivers_.size() >= waiting_max) co_return messages;
  Receivers::Place place(receivers_, wanted.queue);
  while (messages.ok() && messages->empty() && clock_.monotonic() < until && !is_stopping_) {
    // A message that is handed to nobody would be hidden from those who are still there.
    if (is_gone && is_gone()) break;
    if (place.is_first()) {
      // A message may have come between the last look and the place in line.
      messages = co_await receive_once(wanted);
      if (!messages.ok() || !messages->empty()) break;
    }
    co_await place.wait(std::min(until, clock_.monotonic() + look_again));
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
  if (wrong) co_return sqs_failure(*wrong);
  wanted.visibility = found.queue.visibility;
  if (hidden >= 0) wanted.visibility = std::chrono::seconds(hidden);
  wanted.receives_max = found.queue.receives_max;
  if (!found.is_dead) wanted.dead_queue = found.queue.name + "-dead";
  std::vector<std::string> system = texts_in(view["MessageSystemAttributeNames"]);
  for (std::string& name : texts_in(view["AttributeNames"])) system.push_back(std::move(name));
  const std::vector<std::string> attributes = texts_in(view["MessageAttributeNames"]);

  const Monotonic until = clock_.monotonic() + std::chrono::seconds(wait);
  const Result<std::vector<QueueMessage>> messages =
      co_await receive_until(std::move(wanted), until, std::move(call.is_gone));
  if (!messages.ok()) co_return sqs_failure(store_failed(messages.error()));
  json::array shapes;
  for (const QueueMessage& message : *messages) {
    shapes.push_back(shape_of_received(message, attributes, system, found.queue.is_fifo));
  }
  json::object body;
  if (!shapes.empty()) body["Messages"] = std::move(shapes);
  co_return sqs_answer(body);
}

SqsEndpoint::Answer SqsEndpoint::remove(Call call, Found found) {
  const std::string handle = call.view()["ReceiptHandle"].text().value_or("");
  if (!has_handle_form(handle)) co_return sqs_failure(bad_handle);
  auto work = [&](Db& db) -> Result<void> {
    // One that is gone already is deleted: that is what the caller wants.
    DW_CHECK(queues::remove(db, found.queue.name, handle));
    return {};
  };
  const Result<void> written = co_await store_.write(work);
  if (!written.ok()) co_return sqs_failure(store_failed(written.error()));
  co_return sqs_answer({});
}

SqsEndpoint::Answer SqsEndpoint::remove_batch(Call call, Found found) {
  const JsonView view = call.view();
  const std::vector<JsonView> entries = view["Entries"].elements();
  if (const auto wrong = check_batch(entries)) co_return sqs_failure(*wrong);
  json::array successful, failed;
  std::vector<std::string> handles;
  for (const JsonView& entry : entries) {
    const std::string id = entry["Id"].text().value_or("");
    std::string handle = entry["ReceiptHandle"].text().value_or("");
    if (has_handle_form(handle)) {
      handles.push_back(std::move(handle));
      successful.push_back(json::object{{"Id", id}});
    } else {
      failed.push_back(failed_entry(id, bad_handle));
    }
  }
  auto work = [&](Db& db) -> Result<void> {
    for (const std::string& handle : handles) {
      DW_CHECK(queues::remove(db, found.queue.name, handle));
    }
    return {};
  };
  const Result<void> written = co_await store_.write(work);
  if (!written.ok()) co_return sqs_failure(store_failed(written.error()));
  co_return sqs_answer({{"Successful", std::move(successful)}, {"Failed", std::move(failed)}});
}

SqsEndpoint::Answer SqsEndpoint::change_visibility(Call call, Found found) {
  const JsonView view = call.view();
  const std::string handle = view["ReceiptHandle"].text().value_or("");
  if (!has_handle_form(handle)) co_return sqs_failure(bad_handle);
  if (!view["VisibilityTimeout"].is_present()) {
    co_return sqs_failure(
        {"MissingParameter", "The request must contain the parameter VisibilityTimeout."});
  }
  std::optional<SqsError> wrong;
  const int64_t seconds = number_in(view["VisibilityTimeout"], 0, 0, visibility_seconds_max, wrong);
  if (wrong) co_return sqs_failure(*wrong);
  auto work = [&](Db& db) {
    return queues::hide(db, found.queue.name, handle, std::chrono::seconds(seconds), clock_.now());
  };
  const Result<void> written = co_await store_.write(work);
  if (written.ok()) co_return sqs_answer({});
  if (written.error().kind != ErrorKind::conflict) {
    co_return sqs_failure(store_failed(written.error()));
  }
  co_return sqs_failure(
      {"MessageNotInflight", "The message referred to is not in flight under this handle."});
}

SqsEndpoint::Answer SqsEndpoint::purge(Call call, Found found) {
  MessageId last;
  int64_t removed = 0;
  bool is_first = true;
  // What is sent from now on stays.
  auto work = [&](Db& db) -> Result<void> {
    if (is_first) {
      DW_TRY(last, queues::last(db, found.queue.name));
      // Messages are what queues are for; to empty one is somebody's decision.
      DW_CHECK(audit::add(db, {clock_.now(), call.who, "queue.purge", found.queue.name}));
    }
    DW_TRY(removed, queues::purge(db, found.queue.name, last, queue_rows_per_commit));
    return {};
  };
  do {
    const Result<void> written = co_await store_.write(work);
    if (!written.ok()) co_return sqs_failure(store_failed(written.error()));
    is_first = false;
  } while (removed > 0);
  co_return sqs_answer({});
}

}  // namespace dw
