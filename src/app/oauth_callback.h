// GET /oauth/callback at the daemon's public address: the browser's way back of
// `deskwire login zendesk --public`. The command leaves a note of what it waits for in the store;
// whichever replica the browser reaches finishes it there.
#pragma once
#include <optional>
#include <string>

#include "app/core.h"
#include "net/http_server.h"

namespace dw {

constexpr const char* oauth_callback_path = "/oauth/callback";
constexpr const char* oauth_login_note = "zendesk.login";

/// What a sign-in waits for, and what became of it. Kept in the key-value store as JSON.
struct OauthLogin {
  std::string state, verifier, redirect_uri;
  TimePoint expires_at{};
  std::string outcome;  ///< empty: it still waits; "ok", or why not
};
std::string encode_oauth_login(const OauthLogin& login);
/// Nothing if the text is none.
std::optional<OauthLogin> decode_oauth_login(std::string_view text);

void add_oauth_callback(Routes& routes, Core& core);

}  // namespace dw
