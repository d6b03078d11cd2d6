#include "connectors/sheets/sign_in.h"

#include "base/hash.h"
#include "base/text_file.h"
#include "net/private_file.h"

namespace dw {
namespace {

constexpr Millis ask_timeout{20'000};
constexpr Millis ahead{60'000};
constexpr size_t file_bytes_max = 64 * 1024;
constexpr mode_t token_mode = 0600;

/// Nothing is in a file that can't be read, or has nothing in it.
std::optional<std::string> contents_of(const std::string& file) {
  Result<std::string> text = read_whole(file, file_bytes_max);
  if (!text.ok() || text->empty()) return std::nullopt;
  return std::move(*text);
}

std::string member(const json::value& object, std::string_view key) {
  return JsonView(object)[key].text().value_or("");
}

}  // namespace

GoogleSignIn::GoogleSignIn(HttpClient& http, Clock& clock, const GoogleSettings& settings)
    : http_(http), clock_(clock), settings_(settings) {}

Result<GoogleCredentials> GoogleSignIn::credentials() const {
  const auto text = contents_of(settings_.credentials);
  if (!text) {
    return Error{ErrorKind::missing, settings_.credentials,
                 "cannot be read: put a service account's key or an OAuth client there "
                 "(google.credentials), or set google.api_key for a public sheet"};
  }
  return credentials_in(*text);
}

std::string GoogleSignIn::who() const {
  const Result<GoogleCredentials> found = credentials();
  return found.ok() ? found->email : std::string();
}

GoogleCredentials::Kind GoogleSignIn::kind() const {
  const Result<GoogleCredentials> found = credentials();
  return found.ok() ? found->kind : GoogleCredentials::Kind::none;
}

std::string GoogleSignIn::token_url(const GoogleCredentials& credentials) const {
  if (!settings_.token_url.empty()) return settings_.token_url;
  return credentials.token_url.empty() ? google_token_url : credentials.token_url;
}

Task<Result<json::value>> GoogleSignIn::ask(std::string url, std::string form) {
  HttpCall call{.method = "POST",
                .url = std::move(url),
                .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                .body = std::move(form)};
  DW_CO_TRY(const HttpAnswer answer, co_await http_.send(std::move(call), ask_timeout));
  if (answer.status != 200) {
    Error failed = sheets_failure(answer, "", clock_.now());
    failed.where = "google sign-in";
    if (answer.status == 400) {
      failed.kind = ErrorKind::denied;
      failed.what += "; sign in again (`deskwire notices login`), or look at this machine's clock";
    }
    co_return failed;
  }
  co_return parse_json(answer.body);
}

Result<Secret> GoogleSignIn::kept_refresh_token() const {
  const auto text = contents_of(settings_.token_file);
  if (text) {
    const Result<json::value> parsed = parse_json(*text);
    if (parsed.ok() && !member(*parsed, "refresh_token").empty()) {
      return Secret(member(*parsed, "refresh_token"));
    }
  }
  return Error{ErrorKind::denied, settings_.token_file,
               "not signed in: run `deskwire notices login`"};
}

Task<Result<std::optional<Secret>>> GoogleSignIn::token() {
  using Out = std::optional<Secret>;
  if (token_ && clock_.now() + ahead < good_until_) co_return Out(token_);
  const Result<GoogleCredentials> found = credentials();
  if (!found.ok()) {
    if (found.error().kind == ErrorKind::missing && !settings_.api_key.empty()) co_return Out();
    co_return found.error();
  }
  const std::string url = token_url(*found);
  std::string form;
  if (found->kind == GoogleCredentials::Kind::account) {
    DW_CO_TRY(const std::string assertion, account_assertion(*found, url, clock_.now()));
    form = form_of(
        {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", assertion}});
  } else {
    Secret refresh = found->refresh_token;
    if (refresh.empty()) {
      DW_CO_TRY(refresh, kept_refresh_token());
    }
    form = form_of({{"grant_type", "refresh_token"},
                    {"refresh_token", refresh.reveal()},
                    {"client_id", found->client_id},
                    {"client_secret", found->client_secret.reveal()}});
  }
  DW_CO_TRY(const json::value answer, co_await ask(url, std::move(form)));
  // A refresh token that comes along replaces the one that is kept.
  if (!member(answer, "refresh_token").empty()) DW_CO_CHECK(keep(answer));
  const std::string fresh = member(answer, "access_token");
  const int64_t seconds = JsonView(answer)["expires_in"].integer().value_or(300);
  if (fresh.empty() || fresh.find_first_of(" \r\n") != std::string::npos) {
    co_return Error{ErrorKind::denied, "google sign-in", "the answer has no access token"};
  }
  token_ = Secret(fresh);
  good_until_ = clock_.now() + Millis(seconds * 1000);
  co_return Out(token_);
}

Result<std::string> GoogleSignIn::consent_url(const std::string& redirect,
                                              const std::string& verifier,
                                              const std::string& state) const {
  DW_TRY(const GoogleCredentials found, credentials());
  if (found.kind != GoogleCredentials::Kind::client) {
    return Error{ErrorKind::invalid, settings_.credentials,
                 "is not an OAuth client: no sign-in is needed"};
  }
  const Sha256 digest = sha256(verifier);
  const std::string base = found.auth_url.empty() ? google_auth_url : found.auth_url;
  return base + "?" +
         form_of({{"client_id", found.client_id},
                  {"redirect_uri", redirect},
                  {"response_type", "code"},
                  {"scope", sheets_scope},
                  {"state", state},
                  {"code_challenge", to_base64url(bytes_of(digest))},
                  {"code_challenge_method", "S256"},
                  {"access_type", "offline"},
                  {"prompt", "consent"}});
}

Task<Result<void>> GoogleSignIn::finish(std::string code, std::string redirect,
                                        std::string verifier) {
  DW_CO_TRY(const GoogleCredentials found, credentials());
  std::string form = form_of({{"grant_type", "authorization_code"},
                              {"code", code},
                              {"client_id", found.client_id},
                              {"client_secret", found.client_secret.reveal()},
                              {"redirect_uri", redirect},
                              {"code_verifier", verifier}});
  DW_CO_TRY(const json::value answer, co_await ask(token_url(found), std::move(form)));
  if (member(answer, "refresh_token").empty()) {
    co_return Error{ErrorKind::denied, "google sign-in", "the answer has no refresh token"};
  }
  co_return keep(answer);
}

Result<void> GoogleSignIn::keep(const json::value& answer) {
  const std::string text = to_text(json::object{{"refresh_token", member(answer, "refresh_token")},
                                                {"scope", member(answer, "scope")}});
  return write_private(settings_.token_file, text + "\n", token_mode);
}

}  // namespace dw
