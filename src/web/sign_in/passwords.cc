#include "web/sign_in/passwords.h"

#include <argon2.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/assert.h"
#include "base/random.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr uint32_t passes = 2;
constexpr uint32_t memory_kib = 64 * 1024;
constexpr uint32_t lanes = 1;
constexpr size_t salt_bytes = 16;
constexpr size_t hash_bytes = 32;
constexpr size_t encoded_bytes_max = 200;
constexpr int waiting_max = 16;

/// Of no password: what an unknown account is compared with.
const std::string& dummy_hash() {
  static const std::string hash = hash_password(random_bytes(salt_bytes));
  return hash;
}

}  // namespace

std::string hash_password(const std::string& password) {
  const std::string salt = random_bytes(salt_bytes);
  std::array<char, encoded_bytes_max> encoded{};
  const int failed =
      argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                            salt.data(), salt.size(), hash_bytes, encoded.data(), encoded.size());
  DW_ASSERT(failed == ARGON2_OK, "64 MiB for a password are there");
  return encoded.data();
}

std::string check_password(const std::string& password) {
  if (!is_utf8(password)) return "is not UTF-8";
  if (count_characters(password) < password_characters_min) {
    return "must have at least 12 characters";
  }
  return password.size() > password_bytes_max ? "is longer than 1000 bytes" : "";
}

struct Passwords::State {
  asio::thread_pool thread{1};
  int waiting = 0;
};

Passwords::Passwords(Loop& loop) : loop_(loop), state_(std::make_unique<State>()) {}

Passwords::~Passwords() {
  state_->thread.join();
}

Task<Result<bool>> Passwords::verify(std::string hash, std::string password) {
  if (state_->waiting >= waiting_max) {
    co_return Error{ErrorKind::busy, "sign-in", "too many sign-ins at once; retry later",
                    Millis(2000)};
  }
  ++state_->waiting;
  auto initiate = [this](auto handler, std::string expected, std::string given) {
    // Shared because what is posted must be copyable; only the last stop calls it.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto guard = asio::make_work_guard(loop_);
    asio::post(state_->thread,
               [this, shared, guard, expected = std::move(expected), given = std::move(given)] {
                 const std::string& against = expected.empty() ? dummy_hash() : expected;
                 const bool is_same =
                     argon2id_verify(against.c_str(), given.data(), given.size()) == ARGON2_OK;
                 const bool is_right = is_same && !expected.empty();
                 asio::post(loop_, [shared, is_right] { (*shared)(is_right); });
               });
  };
  const bool is_right = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      initiate, asio::use_awaitable, std::move(hash), std::move(password));
  --state_->waiting;
  co_return is_right;
}

}  // namespace dw
