#include "app/oauth_callback.h"

#include "base/hash.h"
#include "base/log.h"

namespace dw {
namespace {

constexpr Millis exchange_timeout{30'000};

Response answer(int status, std::string words) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(words) + "\n"};
}

Task<Response> take(Core& core, Request& request) {
  const Response nobody = answer(400, "No sign-in is waiting for this response.");
  const std::string state = request.parameter("state").value_or("");
  const std::string code = request.parameter("code").value_or("");
  const std::string refusal = request.parameter("error").value_or("the response has no code");
  const Result<StoredValue> kept = co_await core.key_values->read(oauth_login_note);
  if (!kept.ok()) co_return answer(503, "Cannot read the store; try again.");
  std::optional<OauthLogin> login = decode_oauth_login(kept->text);
  if (!login || !login->outcome.empty() || login->expires_at < core.clock.now()) co_return nobody;
  if (state.empty() || !equal_constant_time(state, login->state)) co_return nobody;
  Result<void> done = Error{ErrorKind::denied, "zendesk", "was denied: " + refusal};
  if (!code.empty()) {
    ZendeskCode given{code, login->redirect_uri, login->verifier};
    done = co_await core.zendesk->sign_in().exchange(std::move(given), exchange_timeout);
  }
  login->outcome = done.ok() ? "ok" : done.error().text();
  login->verifier.clear();
  const std::string text = encode_oauth_login(*login);
  const Result<void> told = co_await core.key_values->write(oauth_login_note, text, kept->version);
  if (!told.ok()) log_warn("zendesk", told.error().text());
  if (!done.ok()) co_return answer(400, done.error().text());
  co_return answer(200, "Deskwire is signed in. You can close this page.");
}

}  // namespace

std::string encode_oauth_login(const OauthLogin& login) {
  return to_text(json::object{{"state", login.state},
                              {"verifier", login.verifier},
                              {"redirect_uri", login.redirect_uri},
                              {"expires_at", to_rfc3339(login.expires_at)},
                              {"outcome", login.outcome}});
}

std::optional<OauthLogin> decode_oauth_login(std::string_view text) {
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok()) return std::nullopt;
  const JsonView view(*parsed);
  const auto expires_at = from_rfc3339(view["expires_at"].text().value_or(""));
  if (!expires_at) return std::nullopt;
  return OauthLogin{.state = view["state"].text().value_or(""),
                    .verifier = view["verifier"].text().value_or(""),
                    .redirect_uri = view["redirect_uri"].text().value_or(""),
                    .expires_at = *expires_at,
                    .outcome = view["outcome"].text().value_or("")};
}

void add_oauth_callback(Routes& routes, Core& core) {
  if (!core.zendesk || core.settings.zendesk.oauth_client_id.empty()) return;
  routes.add("GET", oauth_callback_path, [&core](Request& request) { return take(core, request); });
}

}  // namespace dw
