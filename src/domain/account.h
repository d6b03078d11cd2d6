// People who sign in: accounts, and the sessions that they have open.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace dw {

struct Account {
  int64_t id = 0;
  std::string name;      ///< unique, whatever the case: "ana", "ana@acme.example"
  std::string subject;   ///< "ISSUER SUBJECT" of single sign-on; empty: a password account
  std::string role;      ///< "viewer", "agent", "admin"
  std::string password;  ///< argon2id in its encoded form; empty: none
  TimePoint created_at{};
  std::optional<TimePoint> signed_in_at{};
};

/// The secret itself is in the cookie alone; here is its SHA-256.
struct Session {
  std::string hash;
  int64_t account = 0;
  TimePoint created_at{};
  TimePoint seen_at{};
};

struct OpenSession {
  Session session;
  Account account;
};

}  // namespace dw
