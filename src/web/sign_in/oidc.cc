#include "web/sign_in/oidc.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr Millis timeout{10'000};
constexpr Millis provider_fresh{3'600'000};
constexpr size_t answer_bytes_max = 256 * 1024;
constexpr size_t secret_bytes = 32;
constexpr size_t name_characters_max = 100;

std::string member(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

Error unreachable(const std::string& what) {
  return {ErrorKind::unreachable, "single sign-on", "the provider " + what};
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, encode_url_part(value));
  }
  return out;
}

}  // namespace

Oidc::Oidc(HttpClient& http, Clock& clock, OidcSettings settings)
    : http_(http), clock_(clock), settings_(std::move(settings)) {}

OidcAttempt Oidc::fresh_attempt() {
  const auto fresh = [] { return to_base64url(random_bytes(secret_bytes)); };
  return {fresh(), fresh(), fresh()};
}

Task<Result<json::object>> Oidc::get(std::string url) {
  HttpCall call{.url = std::move(url), .headers = {{"Accept", "application/json"}}};
  call.answer_bytes_max = answer_bytes_max;
  const std::string from = call.url;
  DW_CO_TRY(const HttpAnswer answer, co_await http_.send(std::move(call), timeout));
  Result<json::value> body = parse_json(answer.body);
  const bool is_good = answer.status == 200 && body.ok() && body->is_object();
  if (!is_good) co_return unreachable(fmt::format("answered {} at {}", answer.status, from));
  co_return std::move(body->get_object());
}

Task<Result<Oidc::Provider>> Oidc::provider() {
  const bool is_fresh =
      provider_ && clock_.monotonic() - *provider_read_at_ < Monotonic::duration(provider_fresh);
  if (is_fresh) co_return *provider_;
  std::string url = settings_.issuer;
  if (url.ends_with('/')) url.pop_back();
  url += "/.well-known/openid-configuration";
  DW_CO_TRY(const json::object found, co_await get(std::move(url)));
  if (member(found, "issuer") != settings_.issuer) {
    co_return unreachable(fmt::format("calls itself {}; set access.oidc_issuer to that",
                                      cut_characters(member(found, "issuer"), 200)));
  }
  provider_ = Provider{member(found, "authorization_endpoint"), member(found, "token_endpoint"),
                       member(found, "jwks_uri")};
  if (!parse_url(provider_->authorize) || !parse_url(provider_->token) ||
      !parse_url(provider_->keys)) {
    provider_.reset();
    co_return unreachable("names no endpoints");
  }
  provider_read_at_ = clock_.monotonic();
  co_return *provider_;
}

Task<Result<std::string>> Oidc::authorize_url(OidcAttempt attempt) {
  DW_CO_TRY(const Provider found, co_await provider());
  const std::string challenge = to_base64url(bytes_of(sha256(attempt.verifier)));
  const std::string query = form_of({{"response_type", "code"},
                                     {"client_id", settings_.client_id},
                                     {"redirect_uri", settings_.redirect_url},
                                     {"scope", "openid profile email"},
                                     {"state", attempt.state},
                                     {"nonce", attempt.nonce},
                                     {"code_challenge", challenge},
                                     {"code_challenge_method", "S256"}});
  const bool has_query = found.authorize.find('?') != std::string::npos;
  co_return found.authorize + (has_query ? "&" : "?") + query;
}

Task<Result<json::object>> Oidc::claims_of(std::string token, std::string nonce) {
  const TokenRules rules{settings_.issuer, settings_.client_id, std::move(nonce), clock_.now()};
  Result<json::object> claims = read_id_token(token, keys_, rules);
  if (claims.ok() || (keys_.is_object() && claims.error().kind != ErrorKind::missing)) {
    co_return claims;
  }
  // Keys rotate: a token may name one that was published since.
  DW_CO_TRY(const Provider found, co_await provider());
  DW_CO_TRY(json::object keys, co_await get(found.keys));
  keys_ = std::move(keys);
  claims = read_id_token(token, keys_, rules);
  if (!claims.ok()) co_return Error{ErrorKind::denied, "", claims.error().what};
  co_return claims;
}

Task<Result<OidcPerson>> Oidc::redeem(std::string code, OidcAttempt attempt) {
  DW_CO_TRY(const Provider found, co_await provider());
  std::vector<std::pair<std::string, std::string>> form{{"grant_type", "authorization_code"},
                                                        {"code", std::move(code)},
                                                        {"redirect_uri", settings_.redirect_url},
                                                        {"code_verifier", attempt.verifier}};
  HttpCall call{.method = "POST", .url = found.token};
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                  {"Accept", "application/json"}};
  call.answer_bytes_max = answer_bytes_max;
  const std::string& secret = settings_.client_secret.reveal();
  if (secret.empty()) {
    form.emplace_back("client_id", settings_.client_id);
  } else {
    // RFC 6749, 2.3.1: both are form-encoded before they are joined.
    const std::string pair = encode_url_part(settings_.client_id) + ":" + encode_url_part(secret);
    call.headers.emplace_back("Authorization", "Basic " + to_base64(pair));
  }
  call.body = form_of(form);
  DW_CO_TRY(const HttpAnswer answer, co_await http_.send(std::move(call), timeout));
  const Result<json::value> body = parse_json(answer.body);
  const json::object* given = body.ok() ? body->if_object() : nullptr;
  if (answer.status != 200 || given == nullptr) {
    const std::string why = given == nullptr ? "" : member(*given, "error");
    co_return Error{ErrorKind::denied, "",
                    fmt::format("the provider refused the code: {} {}", answer.status,
                                cut_characters(why, 200))};
  }
  std::string token = member(*given, "id_token");
  DW_CO_TRY(const json::object claims, co_await claims_of(std::move(token), attempt.nonce));
  std::string name = member(claims, "preferred_username");
  if (name.empty()) name = member(claims, "email");
  if (name.empty()) name = member(claims, "sub");
  co_return OidcPerson{settings_.issuer + " " + member(claims, "sub"),
                       cut_characters(name, name_characters_max)};
}

}  // namespace dw
