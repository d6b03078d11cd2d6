#include "web/sign_in/sessions.h"

#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "records/accounts.h"
#include "records/audit.h"
#include "web/sign_in/cookies.h"

namespace dw {
namespace {

constexpr const char* device_cookie = "deskwire_device";
constexpr size_t secret_bytes = 32;
constexpr size_t device_bytes = 16;
constexpr std::chrono::hours lifetime{30 * 24};
constexpr std::chrono::hours idle_max{3 * 24};
constexpr std::chrono::hours device_lifetime{400 * 24};  // the longest that browsers keep
/// A session's last use is written down at most this often.
constexpr Millis touch_every{300'000};

std::string hash_of(const std::string& secret) {
  return to_hex(bytes_of(sha256(secret)));
}

/// Only who has the cookie can know it, and no other site can read it.
std::string csrf_of(const std::string& secret) {
  return to_hex(bytes_of(sha256("csrf " + secret)));
}

std::string signature_of(const std::string& key, const std::string& account,
                         const std::string& device) {
  return to_hex(bytes_of(hmac_sha256(key, device + " " + to_lower(account))));
}

}  // namespace

Task<Result<std::optional<SignedIn>>> Sessions::find(const Request& request) {
  const std::string secret = cookie_of(request, session_cookie);
  if (secret.empty()) co_return std::optional<SignedIn>();
  const std::string hash = hash_of(secret);
  std::optional<OpenSession> found;
  auto work = [&](ReadDb& db) -> Result<void> {
    DW_TRY(found, accounts::find_session(db, hash));
    return {};
  };
  DW_CO_CHECK(co_await store_.read(work));
  const TimePoint now = clock_.now();
  const bool is_open = found && found->session.created_at + lifetime > now &&
                       found->session.seen_at + idle_max > now;
  if (!is_open) co_return std::optional<SignedIn>();
  if (found->session.seen_at + touch_every < now) {
    auto touch = [&](Db& db) { return accounts::touch_session(db, hash, now); };
    DW_CO_CHECK(co_await store_.write(touch));
  }
  co_return SignedIn{hash, std::move(found->account), csrf_of(secret)};
}

Task<Result<SignedIn>> Sessions::open(Account account, const Request& request, Response& response) {
  const std::string secret = to_hex(random_bytes(secret_bytes));
  const TimePoint now = clock_.now();
  const Session session{hash_of(secret), account.id, now, now};
  const std::string from = request.peer;
  auto work = [&](Db& db) -> Result<void> {
    DW_CHECK(accounts::add_session(db, session));
    return audit::add(db, {now, account.name, "session.open", from});
  };
  DW_CO_CHECK(co_await store_.write(work));
  response.headers.emplace_back(
      "Set-Cookie", format_cookie({.name = session_cookie, .value = secret, .max_age = lifetime},
                                  request.is_https));
  co_return SignedIn{session.hash, std::move(account), csrf_of(secret)};
}

Task<Result<void>> Sessions::close(std::string hash, std::string account) {
  auto work = [&](Db& db) -> Result<void> {
    DW_CHECK(accounts::drop_session(db, hash));
    return audit::add(db, {clock_.now(), account, "session.close", ""});
  };
  co_return co_await store_.write(work);
}

Task<Result<std::string>> Sessions::key() {
  if (key_.empty()) {
    const std::string fresh = to_hex(random_bytes(secret_bytes));
    std::string kept;
    auto work = [&](Db& db) -> Result<void> {
      DW_TRY(kept, accounts::server_key(db, "device", fresh));
      return {};
    };
    DW_CO_CHECK(co_await store_.write(work));
    key_ = kept;
  }
  co_return key_;
}

Task<Result<std::string>> Sessions::device_of(const Request& request, std::string account) {
  const std::string cookie = cookie_of(request, device_cookie);
  const size_t dot = cookie.find('.');
  if (dot == std::string::npos) co_return std::string();
  DW_CO_TRY(const std::string secret, co_await key());
  const std::string device = cookie.substr(0, dot);
  const bool is_ours =
      equal_constant_time(cookie.substr(dot + 1), signature_of(secret, account, device));
  co_return is_ours ? device : std::string();
}

Task<Result<void>> Sessions::know_device(const Request& request, std::string account,
                                         Response& response) {
  DW_CO_TRY(const std::string secret, co_await key());
  const std::string device = to_hex(random_bytes(device_bytes));
  response.headers.emplace_back(
      "Set-Cookie", format_cookie({.name = device_cookie,
                                   .value = device + "." + signature_of(secret, account, device),
                                   .path = "/v1/session",
                                   .max_age = device_lifetime},
                                  request.is_https));
  co_return Result<void>();
}

}  // namespace dw
