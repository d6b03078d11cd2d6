// Single sign-on: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636). The provider is found by
// its discovery document; its keys are kept until a token names one that is not among them.
#pragma once
#include <optional>
#include <string>

#include "base/secret.h"
#include "net/http_client.h"
#include "web/sign_in/jwt.h"

namespace dw {

struct OidcSettings {
  std::string issuer, client_id;
  Secret client_secret;
  std::string redirect_url;  ///< "https://desk.acme.example/oidc/callback"
};

/// What ties an answer to the browser that asked; kept in that browser's cookie.
struct OidcAttempt {
  std::string state, nonce, verifier;
};

/// Who the provider says it is.
struct OidcPerson {
  std::string subject;  ///< "ISSUER SUBJECT"
  std::string name;     ///< preferred_username, else email, else the subject
};

class Oidc {
 public:
  Oidc(HttpClient& http, Clock& clock, OidcSettings settings);

  static OidcAttempt fresh_attempt();
  /// Where to send the browser. errors  unreachable: the provider
  Task<Result<std::string>> authorize_url(OidcAttempt attempt);
  /// Turns the code into a person. errors  denied; unreachable
  Task<Result<OidcPerson>> redeem(std::string code, OidcAttempt attempt);
  const std::string& issuer() const { return settings_.issuer; }

 private:
  struct Provider {
    std::string authorize, token, keys;
  };
  Task<Result<Provider>> provider();
  Task<Result<json::object>> get(std::string url);
  Task<Result<json::object>> claims_of(std::string token, std::string nonce);

  HttpClient& http_;
  Clock& clock_;
  OidcSettings settings_;
  std::optional<Provider> provider_;
  std::optional<Monotonic> provider_read_at_;
  json::value keys_;
};

}  // namespace dw
