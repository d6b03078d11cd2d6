// Signing in and out: /v1/session for the board, /oidc/login and /oidc/callback for single sign-on.
#pragma once
#include <memory>
#include <string>

#include "domain/account.h"
#include "ports/store.h"
#include "web/access.h"
#include "web/api/operations.h"
#include "web/sign_in/limits.h"
#include "web/sign_in/oidc.h"
#include "web/sign_in/passwords.h"
#include "web/sign_in/sessions.h"

namespace dw {

struct SignInParts {
  Loop& loop;
  Clock& clock;
  Store& store;
  Access& access;
  Sessions& sessions;
  std::unique_ptr<Oidc> oidc;          ///< null unless the mode is oidc
  std::string default_role{"viewer"};  ///< of accounts that single sign-on brings
};

class SignIn {
 public:
  explicit SignIn(SignInParts parts);
  /// /v1/session.
  void add_to(Operations& operations);
  /// /oidc, where the mode is oidc.
  void add_to(Routes& routes);

 private:
  Task<ApiAnswer> show(Call& call);
  Task<ApiAnswer> open(Call& call);
  Task<ApiAnswer> close(Call& call);
  Task<Response> oidc_login(Request& request);
  Task<Response> oidc_callback(Request& request);
  Task<Result<Account>> account_of(OidcPerson person);
  Task<ApiAnswer> check(const Request& request, std::string name, std::string password);

  SignInParts parts_;
  AttemptLimits limits_;
  Passwords passwords_;
};

}  // namespace dw
