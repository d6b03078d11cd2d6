// Target "oncall:NAME" over PagerDuty's REST API v2: who is on call in an escalation policy.
// Protocol: GET /oncalls of the API reference, read 2026-11.
#pragma once
#include <optional>

#include "ports/oncall.h"

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

class PagerdutyOncall : public OncallTarget {
 public:
  PagerdutyOncall(HttpClient& http, Clock& clock, const OncallSettings& settings);

 private:
  Task<Outcome> fetch(Attempt attempt) override;
  HttpCall call_for_page(size_t offset) const;
};

}  // namespace dw
