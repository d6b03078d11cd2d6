// How Deskwire signs in to Zendesk: a ready Bearer token, an OAuth client, or an API token.
// Protocol: "Using OAuth authentication with your application", "Announcing support for OAuth
// refresh token grant type", read 2026-11. A refresh ends the old access and refresh token at
// once: the new pair is kept in the key-value store before it is used, and one replica at a time
// refreshes.
#pragma once
#include <optional>
#include <string>

#include "base/secret.h"
#include "connectors/zendesk/config.h"
#include "net/http_client.h"
#include "ports/key_value_store.h"

namespace dw {

struct ZendeskTokens {
  Secret access, refresh;  ///< refresh is empty after client credentials
  TimePoint expires_at{};
};
/// {"access_token","refresh_token","expires_in"} of POST /oauth/tokens. Pure.
std::optional<ZendeskTokens> decode_tokens(std::string_view body, TimePoint now);
/// As they are kept: {"client","grant","access_token","refresh_token","expires_at"}. Pure.
std::string encode_kept_tokens(const ZendeskTokens& tokens, const ZendeskSettings& client);
/// Nothing if they are another client's, or came for a secret that is no longer set. Pure.
std::optional<ZendeskTokens> decode_kept_tokens(std::string_view text,
                                                const ZendeskSettings& client);

/// What a browser brought back from /oauth/authorizations/new.
struct ZendeskCode {
  std::string code, redirect_uri;
  std::string verifier;  ///< PKCE's code_verifier
};

class ZendeskSignIn {
 public:
  ZendeskSignIn(HttpClient& http, Loop& loop, Clock& clock, KeyValueStore& key_values,
                const ZendeskSettings& settings);

  /// The value of the Authorization header.
  /// errors  denied: Zendesk refuses the client, with how to mend it
  ///         busy, unreachable: later
  Task<Result<Secret>> get(Monotonic until);
  /// Zendesk has answered 401 to this value.
  void forget(const Secret& header);
  /// An authorization code for a pair of tokens, which is kept. A code is good for two minutes.
  Task<Result<void>> exchange(ZendeskCode code, Millis timeout);

 private:
  Task<Result<Secret>> get_by_client(Monotonic until);
  Task<Result<void>> renew(Monotonic until);
  Task<Result<void>> renew_in_turn(Monotonic until);
  Task<Result<void>> look(bool& is_fresh);
  Task<Result<ZendeskTokens>> ask(json::object grant, Monotonic until);
  Task<Result<void>> save();
  Task<void> pause(Millis length);
  bool is_fresh(const ZendeskTokens& tokens) const;

  HttpClient& http_;
  Loop& loop_;
  Clock& clock_;
  KeyValueStore& key_values_;
  ZendeskSettings settings_;
  std::optional<ZendeskTokens> tokens_;
  int64_t version_ = 0;      // of the note that tokens_ are from
  bool is_unsaved_ = false;  // tokens_ are newer than the note: they must be kept before all else
  bool is_renewing_ = false;
  Secret forgotten_;  // an access token that Zendesk no longer takes
};

}  // namespace dw
