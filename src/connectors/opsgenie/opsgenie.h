// Target "oncall:NAME" over Opsgenie: who is on call in a schedule.
// Protocol: GET /v2/schedules/ID/on-calls of the Schedule API, read 2026-11.
#pragma once
#include <optional>

#include "ports/oncall.h"

namespace dw {

/// data.onCallRecipients, which are addresses. Nothing if this is no such answer. Pure.
std::optional<std::vector<OncallPerson>> decode_recipients(std::string_view body);

class OpsgenieOncall : public OncallTarget {
 public:
  OpsgenieOncall(HttpClient& http, Clock& clock, const OncallSettings& settings);

 private:
  Task<Outcome> fetch(Attempt attempt) override;
};

}  // namespace dw
