// Sessions: a random secret in a cookie, its SHA-256 in the store. They end by themselves, when a
// person signs out, and when the account is changed or removed.
#pragma once
#include <optional>
#include <string>

#include "domain/account.h"
#include "net/http_server.h"
#include "ports/store.h"

namespace dw {

struct SignedIn {
  std::string hash;  ///< of the session
  Account account;
  std::string csrf;  ///< what a change has to send as X-CSRF-Token
};

class Sessions {
 public:
  Sessions(Store& store, Clock& clock) : store_(store), clock_(clock) {}

  /// Who the request's cookie says it is from; absent: nobody, or the session is over.
  Task<Result<std::optional<SignedIn>>> find(const Request& request);
  /// Opens one for an account and adds its cookie to `response`.
  Task<Result<SignedIn>> open(Account account, const Request& request, Response& response);
  /// `account`: whose it is, for the audit list.
  Task<Result<void>> close(std::string hash, std::string account);

  /// The random part of a browser's device cookie, if it was given to this account; else empty.
  Task<Result<std::string>> device_of(const Request& request, std::string account);
  /// Lets this browser be known as one that has signed in to the account.
  Task<Result<void>> know_device(const Request& request, std::string account, Response& response);

 private:
  Task<Result<std::string>> key();

  Store& store_;
  Clock& clock_;
  std::string key_;  // signs device cookies
};

constexpr const char* session_cookie = "deskwire_session";

}  // namespace dw
