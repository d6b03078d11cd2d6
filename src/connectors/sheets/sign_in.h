// A token for Google's API: minted by a service account, or refreshed from what `deskwire notices
// login` kept; renewed a minute ahead of its end. Two who ask at that moment renew it both, which
// Google allows.
#pragma once
#include <optional>
#include <string>

#include "config/notices_section.h"
#include "connectors/sheets/wire.h"

namespace dw {

class GoogleSignIn {
 public:
  GoogleSignIn(HttpClient& http, Clock& clock, const GoogleSettings& settings);

  /// "ya29…", for a header "Bearer"; nothing where the API key is all there is.
  /// errors  missing, invalid: the files; denied: Google's refusal, and what to do
  Task<Result<std::optional<Secret>>> token();
  /// After a 401.
  void forget() { token_.reset(); }
  /// Whom the sheet must be shared with; empty: not known.
  std::string who() const;
  /// none: the API key is all there is.
  GoogleCredentials::Kind kind() const;
  TimePoint now() const { return clock_.now(); }

  /// Where a person says yes. `verifier` and `state` are random and kept until the answer.
  Result<std::string> consent_url(const std::string& redirect, const std::string& verifier,
                                  const std::string& state) const;
  /// Trades the answer's code for tokens and keeps the lasting one in the token file, mode 0600.
  /// errors  denied: Google's refusal; full: the file can't be written
  Task<Result<void>> finish(std::string code, std::string redirect, std::string verifier);

 private:
  Result<GoogleCredentials> credentials() const;
  std::string token_url(const GoogleCredentials& credentials) const;
  Task<Result<json::value>> ask(std::string url, std::string form);
  Result<void> keep(const json::value& answer);
  Result<Secret> kept_refresh_token() const;

  HttpClient& http_;
  Clock& clock_;
  GoogleSettings settings_;
  std::optional<Secret> token_;
  TimePoint good_until_{};
};

}  // namespace dw
