// Sends to an Amazon SQS queue: batches of ten, SigV4 by libcurl.
#pragma once
#include <string>
#include <vector>

#include "config/sections.h"
#include "connectors/sqs/credentials.h"
#include "ports/target.h"

namespace dw {

class SqsTarget : public Target {
 public:
  SqsTarget(HttpClient& http, Clock& clock, QueueSettings queue, const Environment& environment);

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  size_t batch_max() const override { return 10; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Millis timeout) override;
  Task<Settled> settle(Delivery delivery, Millis timeout) override;
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  Task<Result<HttpAnswer>> call(std::string operation, std::string body, Millis timeout);
  Task<std::vector<Outcome>> send(std::vector<Delivery> batch, Millis timeout);

  HttpClient& http_;
  Clock& clock_;
  QueueSettings queue_;
  std::string name_, label_, endpoint_;
  AwsCredentialChain credentials_;
};

}  // namespace dw
