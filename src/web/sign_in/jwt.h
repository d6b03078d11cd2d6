// ID tokens: JSON Web Tokens signed with RS256 or ES256 (RFC 7515, RFC 7518), checked against the
// provider's published keys (RFC 7517). Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace dw {

/// What a token must say of itself.
struct TokenRules {
  std::string issuer, client_id, nonce;
  TimePoint now{};
};

/// The key id that a token names; empty if none.
std::string key_id_of(std::string_view token);

/// The claims of a token that is signed by one of `keys` (a JWK Set) and keeps the rules.
/// errors  denied: what is wrong; missing: none of the keys has the id that the token names
Result<json::object> read_id_token(std::string_view token, const json::value& keys,
                                   const TokenRules& rules);

}  // namespace dw
