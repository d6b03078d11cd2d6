// POST /sqs: the embedded queues in SQS's own protocol. A consumer written with any AWS SDK works
// unchanged with AWS_ENDPOINT_URL_SQS=http://127.0.0.1:8080/sqs.
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/metrics.h"
#include "base/secret.h"
#include "net/http_server.h"
#include "net/task_group.h"
#include "ports/store.h"
#include "records/queues.h"
#include "web/known_tokens.h"
#include "web/sqs_endpoint/protocol.h"
#include "web/sqs_endpoint/receivers.h"

namespace dw {

struct SqsQueue {
  std::string name;
  int receives_max = 5;
  Millis visibility{30'000};
  bool is_fifo = false;
  Millis retention{0};  ///< 0: messages stay until they are deleted
};

/// What an operation answers, in either protocol: its members, or what is wrong.
using SqsReply = std::variant<json::object, SqsError>;

struct SqsEndpointSettings {
  std::string public_url;
  std::vector<SqsQueue> queues;
  bool is_key_required = false;  ///< false: loopback callers only, signatures are not looked at
};

class SqsEndpoint {
 public:
  SqsEndpoint(Loop& loop, Clock& clock, TaskGroup& tasks, Store& store, Metrics& metrics,
              SqsEndpointSettings settings);
  void add_to(Routes& routes);
  /// SQS's own limit, a message of 1 MiB, however JSON or a form escapes it.
  static constexpr size_t body_bytes_max = 8 * 1024 * 1024;
  /// Whether a request expects an answer in SQS's terms, and the one that turns it away.
  static bool is_asked(const Request& request);
  static bool is_path(std::string_view path);
  static Response refusal(const Error& error);
  /// The same of a request that was not read: too large, too late, broken.
  static Response refusal(int status, const std::string& detail);

  /// A message may have become visible. On the loop's thread.
  void queues_changed();
  /// Ends the waits of long polls.
  void stop();

 private:
  using Answer = Task<SqsReply>;
  /// A queue that a request is about: one of the settings', or the dead-letter queue of one.
  struct Found {
    SqsQueue queue;
    bool is_dead = false;
  };
  struct Call {
    const json::value& body;
    std::function<bool()> is_gone;  ///< the caller does not wait for the answer any more
    std::string who{};              ///< for the audit list
    std::vector<Problem> problems;
    JsonView view() { return JsonView(body, problems); }
  };

  Task<Response> serve(Request& request);
  Task<std::optional<SqsError>> admit(const Request& request);
  std::string name_of_caller(const Request& request) const;
  Task<Response> serve_json(Request& request);
  Task<Response> serve_query(Request& request);
  Answer perform(const Request& request, std::string operation, json::value body);
  Answer perform_on_queue(Call call, std::string operation);

  // queue_operations.cc, message_operations.cc
  Answer list_queues(Call call);
  Answer queue_url(Call call);
  Answer create_queue(Call call);
  Answer move_messages(Call call);
  Answer queue_attributes(Call call, Found found);
  Answer set_attributes(Call call, Found found);
  Answer queue_tags(Call call, Found found);
  Answer dead_letter_sources(Call call, Found found);
  Answer send(Call call, Found found);
  Answer send_batch(Call call, Found found);
  Answer receive(Call call, Found found);
  Answer remove(Call call, Found found);
  Answer remove_batch(Call call, Found found);
  Answer change_visibility(Call call, Found found);
  Answer change_visibility_batch(Call call, Found found);
  Answer purge(Call call, Found found);
  std::map<std::string, std::string> configured_attributes(const Found& found) const;
  std::optional<SqsError> check_attributes_agree(const Found& found,
                                                 const json::value* given) const;
  void count(const char* metric, const Found& found, size_t messages);
  Task<Result<void>> remove_all(const Found& found, std::vector<std::string> handles,
                                std::vector<std::optional<SqsError>>& results);
  Task<Result<void>> hide_all(const Found& found, std::vector<JsonView> entries,
                              std::vector<std::optional<SqsError>>& results);
  SqsReply url_reply(const std::string& name) const;
  void remember(const std::string& queue, const std::string& attempt,
                const std::vector<QueueMessage>& messages);
  Task<Result<std::vector<QueueMessage>>> received_before(const QueueReceive& wanted,
                                                          const std::string& attempt);
  Task<void> wake_those_with_messages();
  void look_again_while_somebody_waits();
  Task<void> look_again_until_nobody_waits();
  Task<Result<std::vector<MessageId>>> send_all(const Found& found,
                                                const std::vector<QueueMessage>& messages,
                                                TimePoint now);
  Task<Result<std::vector<QueueMessage>>> receive_once(QueueReceive wanted);
  Task<Result<std::vector<QueueMessage>>> receive_until(QueueReceive wanted, Monotonic until,
                                                        std::function<bool()> is_gone);

  std::optional<Found> find(const std::string& url_or_name) const;
  std::string url_of(const std::string& name) const;

  Clock& clock_;
  TaskGroup& tasks_;
  Store& store_;
  Metrics& metrics_;
  SqsEndpointSettings settings_;
  Receivers receivers_;
  AsyncEvent pause_;  // between two looks at what nobody tells of
  KnownTokens tokens_;
  /// What a receive with a ReceiveRequestAttemptId was given: asked again, it gets the same.
  struct ReceiveAttempt {
    std::string queue, id;
    Monotonic until;
    std::vector<QueueMessage> messages;
  };
  std::deque<ReceiveAttempt> attempts_;
  bool is_stopping_ = false;
  bool has_changed_ = false, is_looking_ = false, is_looking_again_ = false;
};

}  // namespace dw
