// Passwords as argon2id (RFC 9106). Hashing takes a tenth of a second and 64 MiB on purpose, so it
// runs on a thread of its own, one at a time, and only so many may wait.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "net/task.h"

namespace dw {

constexpr size_t password_characters_min = 12;
constexpr size_t password_bytes_max = 1000;

/// Encoded with its parameters and a fresh salt: "$argon2id$v=19$m=65536,t=2,p=1$…". Blocks.
std::string hash_password(const std::string& password);
/// "" or what is wrong with a password that somebody chose.
std::string check_password(const std::string& password);

class Passwords {
 public:
  explicit Passwords(Loop& loop);
  ~Passwords();

  /// Whether `password` gave `hash`. An empty hash costs the same and is never right, so that the
  /// time does not tell whether there is such an account.
  /// errors  busy: too many wait
  Task<Result<bool>> verify(std::string hash, std::string password);

 private:
  struct State;
  Loop& loop_;
  std::unique_ptr<State> state_;
};

}  // namespace dw
