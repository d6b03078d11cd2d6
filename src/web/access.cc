#include "web/access.h"

#include <array>

#include "base/hash.h"
#include "base/text.h"
#include "records/tokens.h"
#include "web/problem.h"

namespace dw {
namespace {

constexpr std::array<std::string_view, 3> roles = {"viewer", "agent", "admin"};

bool is_change(std::string_view method) {
  return method != "GET" && method != "HEAD";
}

bool has_token(const Request& request) {
  const std::string_view given = request.header("authorization");
  constexpr std::string_view bearer = "bearer ";
  return given.size() > bearer.size() &&
         equals_ignoring_case(given.substr(0, bearer.size()), bearer);
}

}  // namespace

std::string_view name_of(Role role) {
  return roles.at(static_cast<size_t>(role));
}

std::optional<Role> role_named(std::string_view name) {
  for (size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Access::Mode mode) {
  constexpr std::array<std::string_view, 4> modes = {"loopback", "password", "token", "oidc"};
  return modes.at(static_cast<size_t>(mode));
}

bool is_in_scope(std::string_view scopes, std::string_view method, std::string_view path) {
  if (scopes.empty()) return true;
  constexpr std::string_view root = "/v1/";
  std::string_view noun = path.substr(path.starts_with(root) ? root.size() : 1);
  noun = noun.substr(0, noun.find('/'));
  for (const std::string_view scope : split(scopes, ' ')) {
    const size_t colon = scope.find(':');
    if (scope.substr(0, colon) != noun) continue;
    if (colon == std::string_view::npos || !is_change(method)) return true;
  }
  return false;
}

Access::Access(Store& store, Clock& clock, Sessions& sessions, Mode mode,
               const std::string& public_url)
    : sessions_(sessions), mode_(mode), site_(public_url), tokens_(store, clock) {}

Task<Result<Caller>> Access::admit(const Request& request, Role needed) {
  Result<Caller> caller = Caller{};
  if (mode_ == Mode::loopback) {
    caller = admit_loopback(request);
  } else if (mode_ == Mode::token || has_token(request)) {
    caller = co_await admit_token(request);
  } else {
    caller = co_await admit_session(request);
  }
  if (!caller.ok()) co_return caller;
  if (caller->role < needed) {
    co_return Error{ErrorKind::denied, "",
                    "this needs the role " + std::string(name_of(needed)) + "; yours is " +
                        std::string(name_of(caller->role))};
  }
  co_return caller;
}

Result<void> Access::check_addressee(const Request& request) const {
  return mode_ == Mode::loopback ? site_.check(request) : Result<void>();
}

bool Access::is_own_page(const Request& request) const {
  return OwnSite::is_own_page(request);
}

Result<Caller> Access::admit_loopback(const Request& request) const {
  if (!request.is_loopback) {
    return Error{ErrorKind::denied, "",
                 "access.mode = \"loopback\" serves callers on this machine only; set it to "
                 "\"token\" and make a token with `deskwire token add NAME`"};
  }
  if (is_change(request.method) && !is_own_page(request)) {
    return Error{ErrorKind::denied, "", "a page of another site asked for this change"};
  }
  return Caller{"loopback", Role::admin};
}

Task<Result<Caller>> Access::admit_token(const Request& request) {
  const Error not_signed_in{ErrorKind::denied, "401",
                            "send an API token: Authorization: Bearer TOKEN (made with "
                            "`deskwire token add NAME`)"};
  if (!has_token(request)) co_return not_signed_in;
  const std::string_view given = request.header("authorization");
  const std::string hash = to_hex(bytes_of(sha256(trim(given.substr(7)))));
  if (!tokens_.is_fresh()) DW_CO_CHECK(co_await tokens_.refresh());
  for (const Token& token : tokens_.all()) {
    if (token.revoked_at || !equal_constant_time(token.hash, hash)) continue;
    if (!is_in_scope(token.scopes, request.method, request.path)) {
      co_return Error{ErrorKind::denied, "", "this token is for " + token.scopes + " alone"};
    }
    const auto role = role_named(token.role);
    DW_ASSERT(role.has_value(), "tokens are made with one of the three roles");
    co_return Caller{"token " + token.name, *role};
  }
  co_return not_signed_in;
}

Task<Result<Caller>> Access::admit_session(const Request& request) {
  DW_CO_TRY(std::optional<SignedIn> found, co_await sessions_.find(request));
  // An account of the other kind does not open this board, even if it did before.
  if (!found || found->account.subject.empty() != (mode_ == Mode::password)) {
    co_return Error{ErrorKind::denied, "401",
                    "sign in on the board, or send an API token: Authorization: Bearer TOKEN"};
  }
  if (is_change(request.method) &&
      (!is_own_page(request) ||
       !equal_constant_time(request.header("x-csrf-token"), found->csrf))) {
    co_return Error{ErrorKind::denied, "",
                    "a change needs the X-CSRF-Token of this session (GET /v1/session)"};
  }
  const auto role = role_named(found->account.role);
  DW_ASSERT(role.has_value(), "accounts have one of the three roles");
  co_return Caller{found->account.name, *role, found->hash, found->csrf};
}

Response refusal(const Error& error) {
  if (error.kind != ErrorKind::denied) return problem(error);
  if (error.where != "401") return problem(error, 403);
  Response response = problem(error, 401);
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"deskwire\"");
  return response;
}

}  // namespace dw
