// Sends to an Amazon SQS queue: batches of ten, SigV4 by libcurl.
#pragma once
#include <string>
#include <vector>

#include "config/sections.h"
#include "connectors/sqs/credentials.h"
#include "connectors/sqs/wire.h"
#include "ports/queue_gauge.h"
#include "ports/target.h"

namespace dw {

/// Where requests go: queue.endpoint, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL (the last two unless
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS), else the origin of the queue's URL. The URL itself is
/// opaque: it names the queue inside the request.
std::string sqs_endpoint_of(const QueueSettings& queue, const Environment& environment);

class SqsTarget : public Target, public QueueGauge {
 public:
  SqsTarget(HttpClient& http, Clock& clock, QueueSettings queue, const Environment& environment);

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  size_t batch_max() const override { return 10; }
  /// Cuts what is more than 1 MiB together into several requests. A batch that is refused as a
  /// whole is tried in halves: one bad message takes no other along.
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  /// A FIFO queue drops the repeat by its deduplication id for five minutes; later, and in a
  /// standard queue, consumers see the same `ticket` twice.
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  /// Also learns how large a message this queue takes.
  Task<std::vector<Probe>> probe(Millis timeout) override;
  const std::string& queue_name() const override { return queue_.name; }
  Task<Result<QueueDepth>> measure(Millis timeout) override;

 private:
  struct Sent {
    std::vector<Outcome> outcomes;
    bool is_refused_whole = false;
  };
  Task<Result<HttpAnswer>> call(SqsRequest request, Attempt attempt);
  Task<Sent> send(std::vector<const QueueSend*> batch, Attempt attempt);
  /// "" or why this queue will never take it.
  std::string refusal_of(const Delivery& delivery) const;

  HttpClient& http_;
  Clock& clock_;
  QueueSettings queue_;
  std::string name_, label_, endpoint_;
  size_t bytes_max_;
  AwsCredentialChain credentials_;
};

}  // namespace dw
