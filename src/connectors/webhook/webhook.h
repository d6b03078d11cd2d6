// Customers' notices by webhook: one POST each, with an Idempotency-Key and, where a secret is
// set, a signature. The receiver sends the mail.
#pragma once
#include <string>
#include <vector>

#include "config/notices_section.h"
#include "net/http_client.h"
#include "ports/rates.h"
#include "ports/target.h"

namespace dw {

/// "t=1795000000,v1=HEX": HMAC-SHA256 with the secret over "TIME.BODY", the time in seconds.
std::string webhook_signature(const Secret& secret, TimePoint now, std::string_view body);

struct WebhookSettings {
  std::string name;  ///< "notices:webhook"
  std::string url;
  Secret secret;               ///< empty: posts are not signed
  bool is_idempotent = false;  ///< the receiver drops a repeat by its key, or a repeat is harmless
  int per_minute = 600;
};

class WebhookTarget : public Target {
 public:
  WebhookTarget(Loop& loop, HttpClient& http, Clock& clock, Rates& rates, WebhookSettings settings);

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  /// Repeatable where the receiver is known to honour the key; else a person decides.
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  /// An OPTIONS request: whether the host answers. Nothing is posted.
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  Task<Outcome> post(WebhookPost post, Attempt attempt);
  Task<Outcome> judge(const HttpAnswer& answer, const std::string& key);

  Loop& loop_;
  HttpClient& http_;
  Clock& clock_;
  std::string url_;
  Secret secret_;
  bool is_idempotent_;
  Rates& rates_;
  RateRule rate_;
  std::string name_, label_;
};

}  // namespace dw
