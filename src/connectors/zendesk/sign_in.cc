#include "connectors/zendesk/sign_in.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/log.h"
#include "connectors/zendesk/wire.h"
#include "net/async_event.h"

namespace dw {
namespace {

constexpr const char* note_name = "zendesk.sign_in";
constexpr const char* where = "zendesk sign-in";
constexpr Millis turn_length{30'000};
constexpr Millis request_timeout_max{15'000};
constexpr Millis look_again{200};
/// A token is renewed ahead of its end, so that none ends on the way.
constexpr Millis renew_ahead{60'000};
constexpr int64_t lifetime_seconds_default = 3600;
constexpr const char* bearer = "Bearer ";

/// Which secret client credentials were asked for with: what they brought is not used with another
/// one, or a wrong secret would seem to be right until the token ends.
std::string grant_of(const ZendeskSettings& client) {
  const std::string secret = client.oauth_client_id + "\n" + client.oauth_client_secret.reveal();
  return to_hex(bytes_of(sha256(secret))).substr(0, 16);
}

}  // namespace

std::optional<ZendeskTokens> decode_tokens(std::string_view body, TimePoint now) {
  const Result<json::value> parsed = parse_json(body);
  if (!parsed.ok()) return std::nullopt;
  const JsonView view(*parsed);
  const std::string access = view["access_token"].text().value_or("");
  if (access.empty()) return std::nullopt;
  const int64_t seconds = view["expires_in"].integer().value_or(lifetime_seconds_default);
  return ZendeskTokens{Secret(access), Secret(view["refresh_token"].text().value_or("")),
                       now + std::chrono::seconds(seconds)};
}

std::string encode_kept_tokens(const ZendeskTokens& tokens, const ZendeskSettings& client) {
  return to_text(json::object{{"client", client.oauth_client_id},
                              {"grant", tokens.refresh.empty() ? grant_of(client) : ""},
                              {"access_token", tokens.access.reveal()},
                              {"refresh_token", tokens.refresh.reveal()},
                              {"expires_at", to_rfc3339(tokens.expires_at)}});
}

std::optional<ZendeskTokens> decode_kept_tokens(std::string_view text,
                                                const ZendeskSettings& client) {
  const Result<json::value> parsed = parse_json(text);
  if (!parsed.ok()) return std::nullopt;
  const JsonView view(*parsed);
  const auto expires_at = from_rfc3339(view["expires_at"].text().value_or(""));
  if (view["client"].text().value_or("") != client.oauth_client_id || !expires_at) {
    return std::nullopt;
  }
  const std::string grant = view["grant"].text().value_or("");
  if (!grant.empty() && grant != grant_of(client)) return std::nullopt;
  return ZendeskTokens{Secret(view["access_token"].text().value_or("")),
                       Secret(view["refresh_token"].text().value_or("")), *expires_at};
}

ZendeskSignIn::ZendeskSignIn(HttpClient& http, Loop& loop, Clock& clock, KeyValueStore& key_values,
                             const ZendeskSettings& settings)
    : http_(http), loop_(loop), clock_(clock), key_values_(key_values), settings_(settings) {}

Task<Result<Secret>> ZendeskSignIn::get(Monotonic until) {
  if (!settings_.oauth_token.empty()) {
    co_return Secret(bearer + settings_.oauth_token.reveal());
  }
  if (!settings_.oauth_client_id.empty()) co_return co_await get_by_client(until);
  const std::string pair = settings_.email + "/token:" + settings_.token.reveal();
  co_return Secret("Basic " + to_base64(pair));
}

void ZendeskSignIn::forget(const Secret& header) {
  if (!tokens_ || header.reveal() != bearer + tokens_->access.reveal()) return;
  forgotten_ = tokens_->access;
  tokens_->expires_at = TimePoint{};
}

bool ZendeskSignIn::is_fresh(const ZendeskTokens& tokens) const {
  return tokens.expires_at - renew_ahead > clock_.now() && !(tokens.access == forgotten_);
}

Task<void> ZendeskSignIn::pause(Millis length) {
  AsyncEvent wake(loop_, clock_);
  co_await wake.wait(clock_.monotonic() + length);
}

Task<Result<Secret>> ZendeskSignIn::get_by_client(Monotonic until) {
  while (!tokens_ || !is_fresh(*tokens_) || is_unsaved_) {
    if (clock_.monotonic() >= until) {
      co_return Error{ErrorKind::busy, where, "another replica is signing in just now"};
    }
    if (is_renewing_) {
      co_await pause(look_again);
      continue;
    }
    is_renewing_ = true;
    const Result<void> renewed = co_await renew(until);
    is_renewing_ = false;
    if (!renewed.ok()) co_return renewed.error();
  }
  co_return Secret(bearer + tokens_->access.reveal());
}

/// Whether another replica, or an earlier process, has left tokens that are still good.
Task<Result<void>> ZendeskSignIn::look(bool& is_fresh_now) {
  DW_CO_TRY(const StoredValue kept, co_await key_values_.read(note_name));
  version_ = kept.version;
  auto tokens = decode_kept_tokens(kept.text, settings_);
  is_fresh_now = tokens && is_fresh(*tokens);
  tokens_ = std::move(tokens);
  co_return Result<void>();
}

Task<Result<void>> ZendeskSignIn::save() {
  is_unsaved_ = true;
  const std::string text = encode_kept_tokens(*tokens_, settings_);
  const Result<void> written = co_await key_values_.write(note_name, text, version_);
  if (!written.ok()) {
    // Not known to be kept: what wanted to sign in was not sent, and that is sure.
    const bool is_unknown = written.error().kind == ErrorKind::unsure;
    co_return is_unknown ? Error{ErrorKind::busy, where, written.error().what} : written.error();
  }
  ++version_;
  is_unsaved_ = false;
  co_return Result<void>();
}

Task<Result<void>> ZendeskSignIn::renew(Monotonic until) {
  if (is_unsaved_) {
    const Result<void> saved = co_await save();
    if (saved.ok() || saved.error().kind != ErrorKind::conflict) co_return saved;
    // The note is newer than ours, or ours after all, and the answer was lost: it says what counts.
    is_unsaved_ = false;
  }
  bool is_fresh_now = false;
  DW_CO_CHECK(co_await look(is_fresh_now));
  if (is_fresh_now) co_return Result<void>();
  DW_CO_TRY(const bool is_ours, co_await key_values_.acquire_lease(note_name, turn_length));
  if (!is_ours) {
    co_await pause(look_again);
    co_return Result<void>();  // the caller looks again, or gives up in time
  }
  const Result<void> renewed = co_await renew_in_turn(until);
  const Result<void> ended = co_await key_values_.release_lease(note_name);
  if (!ended.ok()) log_warn("zendesk", ended.error().text());
  co_return renewed;
}

Task<Result<void>> ZendeskSignIn::renew_in_turn(Monotonic until) {
  // Between the last look and the turn another may have renewed.
  bool is_fresh_now = false;
  DW_CO_CHECK(co_await look(is_fresh_now));
  if (is_fresh_now) co_return Result<void>();
  if (tokens_ && !tokens_->refresh.empty()) {
    json::object grant{{"grant_type", "refresh_token"},
                       {"refresh_token", tokens_->refresh.reveal()}};
    Result<ZendeskTokens> refreshed = co_await ask(std::move(grant), until);
    if (refreshed.ok()) {
      tokens_ = std::move(*refreshed);
      co_return co_await save();
    }
    if (refreshed.error().kind != ErrorKind::denied) co_return refreshed.error();
    log_warn("zendesk", "Zendesk rejected the refresh token; trying client credentials");
  }
  json::object grant{{"grant_type", "client_credentials"}, {"scope", "read write"}};
  DW_CO_TRY(tokens_, co_await ask(std::move(grant), until));
  co_return co_await save();
}

Task<Result<ZendeskTokens>> ZendeskSignIn::ask(json::object grant, Monotonic until) {
  grant["client_id"] = settings_.oauth_client_id;
  grant["client_secret"] = settings_.oauth_client_secret.reveal();
  const auto left = std::chrono::duration_cast<Millis>(until - clock_.monotonic());
  if (left <= Millis(0))
    co_return Error{ErrorKind::busy, where, "the deadline passed before the sign-in"};
  HttpCall call{.method = "POST",
                .url = settings_.url + "/oauth/tokens",
                .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                .body = to_text(grant)};
  const TimePoint asked_at = clock_.now();
  const Result<HttpAnswer> sent =
      co_await http_.send(std::move(call), std::min(left, request_timeout_max));
  // Whatever became of it, what wanted to sign in was not sent.
  if (!sent.ok()) co_return Error{ErrorKind::unreachable, where, sent.error().what};
  const HttpAnswer& answer = *sent;
  if (answer.status == 200 || answer.status == 201) {
    if (auto tokens = decode_tokens(answer.body, asked_at)) co_return std::move(*tokens);
  }
  const bool is_denied = answer.status == 400 || answer.status == 401 || answer.status == 403;
  const std::string what = fmt::format(
      "Zendesk answered {} to the sign-in: {}{}", answer.status, zendesk::words_of(answer),
      is_denied ? "; check zendesk.oauth_client_id and _secret (the client must be "
                  "confidential)"
                : "");
  co_return Error{is_denied ? ErrorKind::denied : ErrorKind::busy, where, what,
                  answer.retry_after(clock_.now())};
}

Task<Result<void>> ZendeskSignIn::exchange(ZendeskCode code, Millis timeout) {
  json::object grant{{"grant_type", "authorization_code"},
                     {"code", code.code},
                     {"redirect_uri", code.redirect_uri},
                     {"code_verifier", code.verifier},
                     {"scope", "read write"}};
  bool is_fresh_now = false;
  DW_CO_CHECK(co_await look(is_fresh_now));
  DW_CO_TRY(tokens_, co_await ask(std::move(grant), clock_.monotonic() + timeout));
  co_return co_await save();
}

}  // namespace dw
