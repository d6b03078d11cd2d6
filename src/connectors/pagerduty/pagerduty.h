// Target "oncall:NAME" over PagerDuty's REST API v2: who is on call in an escalation policy.
// Protocol: GET /oncalls of the API reference, read 2026-11.
#pragma once
#include <optional>

#include "config/oncall_section.h"
#include "ports/oncall.h"
#include "ports/target.h"

namespace dw {

/// One page of GET /oncalls: users by level, each once.
struct OncallEntry {
  int64_t level = 0;
  std::string user_id;
  OncallPerson person;
};
struct OncallPage {
  std::vector<OncallEntry> entries;
  bool has_more = false;
};
/// Nothing if this is no such page. Pure.
std::optional<OncallPage> decode_oncalls(std::string_view body);
/// Level 1's first, and level 2's first who is somebody else. Nobody at level 1: level 2's comes
/// second, behind a person without a name. Pure.
std::vector<OncallPerson> choose_oncall(const std::vector<OncallEntry>& entries);

class PagerdutyOncall : public Target {
 public:
  PagerdutyOncall(HttpClient& http, Clock& clock, const OncallSettings& settings);

  const std::string& name() const override { return name_; }
  const std::string& label() const override { return label_; }
  Task<std::vector<Outcome>> perform(std::vector<Delivery> deliveries, Millis timeout) override;
  /// A question may be asked again.
  Task<Settled> settle(Delivery delivery, Millis timeout) override;
  Task<std::vector<Probe>> probe(Millis timeout) override;

 private:
  /// Done: people_ is as of now.
  Task<Outcome> look(Monotonic until);
  Task<Result<HttpAnswer>> ask(size_t offset, Monotonic until);

  HttpClient& http_;
  Clock& clock_;
  OncallSettings settings_;
  std::string name_, label_;
  std::vector<OncallPerson> people_;
  std::optional<Monotonic> looked_at_;
};

}  // namespace dw
