// How often somebody may try a password. What is locked is a pair of an account and the address
// that guesses, never an account: nobody can lock others out. A browser that has signed in before
// is known by a signed cookie and counted by itself, so that not even a neighbour behind the same
// address is in its way. Kept in memory; each replica counts for itself.
#pragma once
#include <map>
#include <string>

#include "base/clock.h"

namespace dw {

struct SignInAttempt {
  std::string address;  ///< the caller's, "203.0.113.9"
  std::string account;  ///< in lower case; it need not exist
  std::string device;   ///< of a browser that signed in to this account before; else empty
};

class AttemptLimits {
 public:
  explicit AttemptLimits(Clock& clock) : clock_(clock) {}

  /// How long this attempt has to wait; zero: it may be made, and counts against its address.
  Millis admit(const SignInAttempt& attempt);
  void note_failure(const SignInAttempt& attempt);
  void note_success(const SignInAttempt& attempt);
  size_t size() const { return failures_.size() + addresses_.size(); }

 private:
  struct Failures {
    int in_a_row = 0;
    Monotonic locked_until{}, last{};
  };
  struct Budget {
    double left = 0;
    Monotonic filled_at{};
  };
  static std::string key_of(const SignInAttempt& attempt);
  void sweep();

  Clock& clock_;
  std::map<std::string, Failures> failures_;
  std::map<std::string, Budget> addresses_;
};

/// IPv4 as it is; of IPv6 the /64, which one household has whole.
std::string network_of(const std::string& address);

}  // namespace dw
