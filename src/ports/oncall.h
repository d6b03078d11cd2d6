// Who is on call: what targets "oncall:NAME" answer to Ask {"about":"oncall"}.
#pragma once
#include <string>
#include <vector>

#include "domain/delivery.h"
#include "net/http_client.h"

namespace dw {

/// What is not known is empty.
struct OncallPerson {
  std::string name, email, slack;
};

/// {"primary":{"name","email","slack"},"secondary":{…}}: of `people` the first two; null where
/// there is none.
json::object encode_oncall(const std::vector<OncallPerson>& people);
/// "primary Bo Ek, secondary Ana Lopez", "nobody is on call".
std::string describe_oncall(const std::vector<OncallPerson>& people);
/// "" or why this delivery is no question about who is on call.
std::string refusal_of_oncall(const Delivery& delivery);

/// What an answer without success, or no answer, of an on-call system means. `key` names the
/// setting that holds the credentials: "oncall.sre.token".
Outcome outcome_of_oncall(const std::string& system, const std::string& key,
                          const HttpAnswer& answer, TimePoint now);
Outcome outcome_of_oncall(const std::string& system, const Error& error);

}  // namespace dw
