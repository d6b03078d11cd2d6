// Target "oncall:NAME" over Opsgenie: who is on call in a schedule.
// Protocol: GET /v2/schedules/ID/on-calls of the Schedule API, read 2026-11.
#pragma once
#include <optional>

#include "config/oncall_section.h"
#include "ports/oncall.h"
#include "ports/target.h"

namespace dw {

/// data.onCallRecipients, which are addresses. Nothing if this is no such answer. Pure.
std::optional<std::vector<OncallPerson>> decode_recipients(std::string_view body);

class OpsgenieOncall : public Target {
 public:
  OpsgenieOncall(HttpClient& http, Clock& clock, const OncallSettings& settings);

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Millis timeout) override;
  /// A question may be asked again.
  Task<Settled> settle(Delivery delivery, Millis timeout) override;
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  Task<Outcome> look(Monotonic until);

  HttpClient& http_;
  Clock& clock_;
  OncallSettings settings_;
  std::string name_, label_;
  std::vector<OncallPerson> people_;
  std::optional<Monotonic> looked_at_;
};

}  // namespace dw
