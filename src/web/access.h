// Who may call what. Every route but the hooks, /sqs, health and metrics asks admit() first; every
// request without exception passes check_addressee() before it is given to any route.
//
// Mode "loopback": callers on this machine are admin, nobody else is served. A browser on this
// machine also runs strangers' pages, so the Host must be a name of this machine with our port (no
// DNS rebinding), and what a page asks for must be asked by our own page (no cross-site request).
// Mode "token": a bearer token, known by its SHA-256 alone.
// Modes "password" and "oidc": a session, whose cookie a browser sends by itself; so a change needs
// a header that only our own page can send. Tokens are taken too.
#pragma once
#include <string>

#include "net/http_server.h"
#include "ports/store.h"
#include "web/known_tokens.h"
#include "web/own_site.h"
#include "web/sign_in/sessions.h"

namespace dw {

enum class Role { viewer, agent, admin };
std::string_view name_of(Role role);
std::optional<Role> role_named(std::string_view name);

struct Caller {
  std::string name;  ///< "loopback", or the token's name: what the audit list says
  Role role = Role::viewer;
  std::string session{};  ///< its hash, of somebody who signed in
  std::string csrf{};     ///< what the page has to send with a change
};

/// Whether a token with these scopes ("tally:read tickets"; empty: all) opens a path.
bool is_in_scope(std::string_view scopes, std::string_view method, std::string_view path);

class Access {
 public:
  enum class Mode { loopback, password, token, oidc };

  Access(Store& store, Clock& clock, Sessions& sessions, Mode mode, const std::string& public_url);

  /// errors  denied: not signed in (`where` is "401"), or not allowed. The request may be gone
  ///         afterwards only if the caller lets it go.
  Task<Result<Caller>> admit(const Request& request, Role needed);
  /// Whether a request is for this server and no other site's page sent it; of mode "loopback"
  /// alone, where nothing else would keep a stranger's page out. Of every route.
  /// errors  denied
  Result<void> check_addressee(const Request& request) const;
  Mode mode() const { return mode_; }
  /// The request comes from a page of ours, or from no browser.
  bool is_own_page(const Request& request) const;

 private:
  Result<Caller> admit_loopback(const Request& request) const;
  Task<Result<Caller>> admit_token(const Request& request);
  Task<Result<Caller>> admit_session(const Request& request);

  Sessions& sessions_;
  Mode mode_;
  OwnSite site_;
  KnownTokens tokens_;
};

std::string_view name_of(Access::Mode mode);

/// The answer for an Error of admit(): 401 with WWW-Authenticate, or 403.
Response refusal(const Error& error);

}  // namespace dw
