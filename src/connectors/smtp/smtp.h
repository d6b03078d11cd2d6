// Mail by SMTP over libcurl, on threads of its own: libcurl's SMTP blocks, the loop must not.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/notices_section.h"
#include "connectors/smtp/message.h"
#include "ports/rates.h"
#include "ports/target.h"

namespace dw {

class SmtpTarget : public Target {
 public:
  SmtpTarget(Loop& loop, Clock& clock, Rates& rates, const MailSettings& settings, int per_minute);
  ~SmtpTarget() override;

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Attempt attempt) override;
  /// A notice in doubt is for a person; an alert is sent again.
  Task<Settled> settle(Delivery delivery, Attempt attempt) override;
  /// Signs in and says NOOP.
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  struct State;
  struct Transfer;
  Task<Outcome> send(Delivery delivery, Attempt attempt);
  static Outcome outcome_of(const Transfer& transfer);
  Task<void> run(Transfer& transfer);

  Loop& loop_;
  Clock& clock_;
  MailSettings settings_;
  std::unique_ptr<State> state_;
  Rates& rates_;
  RateRule rate_;
  std::string name_ = "mail", label_;
};

}  // namespace dw
