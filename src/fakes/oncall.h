// Small on-call systems: PagerDuty's GET /oncalls, /users, /escalation_policies, and Opsgenie's
// on-calls of a schedule; with faults on demand. Written from the protocol page; a client that
// this project did not write drives the first in tests/e2e/pagerduty_fake.test.mjs.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "fakes/http_script.h"

namespace dw {

class FakePagerduty {
 public:
  /// One entry of the list: `schedule` empty means directly on the escalation rule.
  struct Shift {
    std::string policy, user_id, user_name, email, schedule;
    int64_t level = 1;
  };
  std::string token = "pd-token";
  std::vector<Shift> shifts;

  HttpStep answer(const HttpScript::Seen& request);
  void fail_next(HttpStep step) { faults_.push_back(std::move(step)); }

 private:
  HttpStep oncalls(const std::string& query) const;
  std::deque<HttpStep> faults_;
};

class FakeOpsgenie {
 public:
  std::string key = "og-key";
  std::string schedule = "Primary";
  std::vector<std::string> recipients;

  HttpStep answer(const HttpScript::Seen& request);
  void fail_next(HttpStep step) { faults_.push_back(std::move(step)); }

 private:
  std::deque<HttpStep> faults_;
};

}  // namespace dw
