#include "web/sign_in/sign_in.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/storable.h"
#include "base/text.h"
#include "net/url.h"
#include "records/accounts.h"
#include "records/audit.h"
#include "web/problem.h"
#include "web/sign_in/cookies.h"
#include "web/status_shapes.h"

namespace dw {
namespace {

constexpr size_t name_bytes_max = 200;
constexpr const char* attempt_cookie = "deskwire_oidc";
constexpr const char* attempt_path = "/oidc";
constexpr std::chrono::minutes attempt_lifetime{10};
constexpr int names_tried_max = 20;
constexpr int not_signed_in = 401, too_many = 429;

Response see_other(std::string where) {
  return {.status = 303,
          .content_type = {},
          .body = {},
          .headers = {{"Location", std::move(where)}, {"Cache-Control", "no-store"}},
          .stream = {}};
}

/// A page of ours to go back to; anything else could lead a person away.
std::string own_page(const std::string& path) {
  const bool is_own = path.starts_with('/') && !path.starts_with("//") &&
                      path.find_first_of("\\\r\n\t") == std::string::npos;
  return is_own ? path : "/";
}

/// Why it did not work, for a person in a browser.
Response no_entry(const Error& error) {
  Response response{
      .status = error.kind == ErrorKind::denied ? 403 : 502,
      .content_type = "text/plain; charset=utf-8",
      .body = "Sign-in failed: " + error.what + "\nGo back to the board and try again.\n"};
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  return response;
}

}  // namespace

SignIn::SignIn(SignInParts parts)
    : parts_(std::move(parts)), limits_(parts_.clock), passwords_(parts_.loop) {}

void SignIn::add_to(Operations& operations) {
  const auto add = [&](const char* id, Task<ApiAnswer> (SignIn::*handler)(Call&)) {
    operations.add(id, [this, handler](Call& call) { return (this->*handler)(call); });
  };
  add("getSession", &SignIn::show);
  add("signIn", &SignIn::open);
  add("signOut", &SignIn::close);
}

void SignIn::add_to(Routes& routes) {
  const auto add = [&](const char* path, Task<Response> (SignIn::*handler)(Request&)) {
    routes.add("GET", path,
               [this, handler](Request& request) { return (this->*handler)(request); });
  };
  if (!parts_.oidc) return;
  add("/oidc/login", &SignIn::oidc_login);
  add("/oidc/callback", &SignIn::oidc_callback);
}

Task<ApiAnswer> SignIn::show(Call& call) {
  const Result<Caller> caller = co_await parts_.access.admit(call.request, Role::viewer);
  if (!caller.ok()) {
    if (caller.error().kind != ErrorKind::denied) co_return caller.error();
    co_return shape_of(ShownSession{parts_.access.mode(), {}, {}, {}});
  }
  co_return shape_of(ShownSession{parts_.access.mode(), caller->name,
                                  std::string(name_of(caller->role)), caller->csrf});
}

Task<ApiAnswer> SignIn::open(Call& call) {
  if (parts_.access.mode() != Access::Mode::password) {
    co_return Error{ErrorKind::conflict, "",
                    "there are no passwords: access.mode is not \"password\""};
  }
  if (!parts_.access.is_own_page(call.request)) {
    co_return Error{ErrorKind::denied, "", "a page of another site asked for this"};
  }
  DW_CO_TRY(const json::value body, call.body());
  std::vector<Problem> problems;
  const JsonView view(body, problems);
  std::string name = view["name"].required_text(), password = view["password"].required_text();
  if (name.size() > name_bytes_max) problems.push_back({"name", "is too long"});
  if (password.size() > password_bytes_max) problems.push_back({"password", "is too long"});
  if (!problems.empty()) {
    Error wrong{ErrorKind::invalid, "session", "not signed in"};
    wrong.problems = std::move(problems);
    co_return wrong;
  }
  co_return co_await check(call.request, to_lower(name), std::move(password));
}

Task<ApiAnswer> SignIn::check(const Request& request, std::string name, std::string password) {
  const Result<std::string> device = co_await parts_.sessions.device_of(request, name);
  if (!device.ok()) co_return device.error();
  const SignInAttempt attempt{request.peer, name, *device};
  const Millis wait = limits_.admit(attempt);
  if (wait > Millis(0)) {
    Error slow{ErrorKind::busy, "session", "too many attempts; wait and try again"};
    slow.when = wait;
    ApiAnswer answer = std::move(slow);
    answer.status = too_many;
    co_return answer;
  }
  std::optional<Account> account;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(account, accounts::find(db, name));
    return {};
  };
  const Result<void> read = co_await parts_.store.read(work);
  if (!read.ok()) co_return read.error();
  std::string hash;
  if (account) hash = account->password;
  const Result<bool> is_right = co_await passwords_.verify(hash, std::move(password));
  if (!is_right.ok()) co_return is_right.error();
  if (!*is_right) {
    limits_.note_failure(attempt);
    log_warn("access", "a wrong name or password",
             {{"name", cut_characters(name, 50)}, {"from", request.peer}});
    ApiAnswer answer = Error{ErrorKind::denied, "", "name or password is wrong"};
    answer.status = not_signed_in;
    co_return answer;
  }
  limits_.note_success(attempt);
  Response response;
  const Result<SignedIn> open =
      co_await parts_.sessions.open(std::move(*account), request, response);
  if (!open.ok()) co_return open.error();
  const Result<void> known =
      co_await parts_.sessions.know_device(request, open->account.name, response);
  if (!known.ok()) co_return known.error();
  ApiAnswer answer = shape_of(
      ShownSession{parts_.access.mode(), open->account.name, open->account.role, open->csrf});
  answer.headers = std::move(response.headers);
  co_return answer;
}

Task<ApiAnswer> SignIn::close(Call& call) {
  ApiAnswer answer;
  const Caller& caller = call.caller;
  if (caller.session.empty()) co_return answer;
  DW_CO_CHECK(co_await parts_.sessions.close(caller.session, caller.name));
  answer.headers.emplace_back(
      "Set-Cookie", format_cookie({.name = session_cookie, .value = ""}, call.request.is_https));
  co_return answer;
}

Task<Response> SignIn::oidc_login(Request& request) {
  const OidcAttempt attempt = Oidc::fresh_attempt();
  Result<std::string> url = co_await parts_.oidc->authorize_url(attempt);
  if (!url.ok()) co_return no_entry(url.error());
  const std::string to = own_page(request.parameter("to").value_or("/"));
  Response response = see_other(std::move(*url));
  const std::string value =
      fmt::format("{}.{}.{}.{}", attempt.state, attempt.nonce, attempt.verifier, to_base64url(to));
  response.headers.emplace_back("Set-Cookie", format_cookie({.name = attempt_cookie,
                                                             .value = value,
                                                             .path = attempt_path,
                                                             .max_age = attempt_lifetime},
                                                            request.is_https));
  co_return response;
}

Task<Response> SignIn::oidc_callback(Request& request) {
  const std::string cookie = cookie_of(request, attempt_cookie);
  const std::vector<std::string_view> parts = split(cookie, '.');
  const std::string state = request.parameter("state").value_or("");
  const bool is_ours = parts.size() == 4 && !state.empty() && equal_constant_time(parts[0], state);
  const std::string issuer = request.parameter("iss").value_or(parts_.oidc->issuer());
  if (!is_ours || issuer != parts_.oidc->issuer()) {
    co_return no_entry(
        {ErrorKind::denied, "", "this browser did not start it, or started it too long ago"});
  }
  if (const auto refused = request.parameter("error")) {
    co_return no_entry(
        {ErrorKind::denied, "", "the provider says " + cut_characters(*refused, 200)});
  }
  OidcAttempt attempt{state, std::string(parts[1]), std::string(parts[2])};
  std::string code = request.parameter("code").value_or("");
  Result<OidcPerson> person = co_await parts_.oidc->redeem(std::move(code), std::move(attempt));
  if (!person.ok()) {
    log_warn("access", person.error().text(), {{"from", request.peer}});
    co_return no_entry(person.error());
  }
  Result<Account> account = co_await account_of(std::move(*person));
  if (!account.ok()) co_return problem(account.error());
  Response response = see_other(own_page(from_base64url(parts[3]).value_or("/")));
  const Result<SignedIn> open =
      co_await parts_.sessions.open(std::move(*account), request, response);
  if (!open.ok()) co_return problem(open.error());
  const Cookie used{.name = attempt_cookie, .value = "", .path = attempt_path};
  response.headers.emplace_back("Set-Cookie", format_cookie(used, request.is_https));
  co_return response;
}

Task<Result<Account>> SignIn::account_of(OidcPerson person) {
  Account account{.name = storable(person.name),
                  .subject = storable(person.subject),
                  .role = parts_.default_role};
  account.created_at = parts_.clock.now();
  Account kept;
  auto work = [&](Db& db) -> Result<void> {
    DW_TRY(const auto known, accounts::find_by_subject(db, account.subject));
    if (known) {
      kept = *known;
      return {};
    }
    kept = account;
    // Another account may have the name already; a person is known by the subject, not by it.
    for (int i = 2; i < names_tried_max; ++i) {
      DW_TRY(const auto taken, accounts::find(db, kept.name));
      if (!taken) break;
      kept.name = fmt::format("{} {}", account.name, i);
    }
    DW_TRY(kept.id, accounts::add(db, kept));
    return audit::add(db, {kept.created_at, "single sign-on", "user.add", kept.name});
  };
  DW_CO_CHECK(co_await parts_.store.write(work));
  co_return kept;
}

}  // namespace dw
