// A post office: a connector as small as one can be, with a section, a target outside, a local one
// with a table, a metric and a fake. Both take "ask" deliveries: {"about":"postcard","to":NAME}.
#pragma once
#include <string>
#include <vector>

#include "base/metrics.h"
#include "config/own_section.h"
#include "net/http_client.h"
#include "ports/db.h"
#include "ports/target.h"

namespace dw {

struct PostcardSettings {
  std::string url;  ///< empty: none is sent
};

const OwnSection& own_postcard_section();

/// POSTs one card each. In doubt it sends another: two cards do no harm.
class PostcardTarget : public Target {
 public:
  PostcardTarget(HttpClient& http, Clock& clock, Metrics& metrics, PostcardSettings settings);

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  Task<Outcome> send(Delivery delivery, Attempt attempt);

  HttpClient& http_;
  Clock& clock_;
  Metrics& metrics_;
  PostcardSettings settings_;
  std::string name_ = "postcard";
};

/// Writes down who gets a card.
class PostcardBook : public LocalTarget {
 public:
  const std::string& name() const override { return name_; }
  const std::string& label() const override { return name_; }
  Result<Outcome> apply(Db& db, const Delivery& delivery, TimePoint now) override;

 private:
  std::string name_ = "postcard:book";
};

}  // namespace dw
