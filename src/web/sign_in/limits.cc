#include "web/sign_in/limits.h"

#include <algorithm>

#include "base/text.h"

namespace dw {
namespace {

constexpr int failures_free = 5;
constexpr Millis lock_first{30'000};
constexpr Millis lock_max{3'600'000};
constexpr int doublings_max = 7;
/// All strangers at one address together: a burst, then one in two seconds.
constexpr double burst = 30;
constexpr double per_second = 0.5;
constexpr size_t entries_max = 20'000;
constexpr int groups_of_network = 4;

}  // namespace

std::string network_of(const std::string& address) {
  if (address.find(':') == std::string::npos) return address;
  const std::vector<std::string_view> groups = split(address, ':');
  std::string out;
  int taken = 0;
  for (const std::string_view group : groups) {
    if (taken++ == groups_of_network || (group.empty() && taken > 1)) break;
    out += std::string(group) + ":";
  }
  return out + ":/64";
}

std::string AttemptLimits::key_of(const SignInAttempt& attempt) {
  if (!attempt.device.empty()) return "device " + attempt.device + " " + attempt.account;
  return "address " + network_of(attempt.address) + " " + attempt.account;
}

Millis AttemptLimits::admit(const SignInAttempt& attempt) {
  const Monotonic now = clock_.monotonic();
  const auto found = failures_.find(key_of(attempt));
  if (found != failures_.end() && found->second.locked_until > now) {
    return std::chrono::ceil<Millis>(found->second.locked_until - now);
  }
  if (!attempt.device.empty()) return Millis(0);
  sweep();
  Budget& budget =
      addresses_.emplace(network_of(attempt.address), Budget{burst, now}).first->second;
  const std::chrono::duration<double> passed = now - budget.filled_at;
  budget.left = std::min(burst, budget.left + passed.count() * per_second);
  budget.filled_at = now;
  if (budget.left < 1) {
    return std::chrono::ceil<Millis>(std::chrono::duration<double>((1 - budget.left) / per_second));
  }
  budget.left -= 1;
  return Millis(0);
}

void AttemptLimits::note_failure(const SignInAttempt& attempt) {
  sweep();
  Failures& failures = failures_[key_of(attempt)];
  failures.last = clock_.monotonic();
  if (++failures.in_a_row < failures_free) return;
  const int doublings = std::min(failures.in_a_row - failures_free, doublings_max);
  failures.locked_until = failures.last + std::min(lock_max, lock_first * (1 << doublings));
}

void AttemptLimits::note_success(const SignInAttempt& attempt) {
  failures_.erase(key_of(attempt));
}

/// Bounded: what has been quiet for an hour goes first, then whatever is oldest.
void AttemptLimits::sweep() {
  if (size() < entries_max) return;
  const Monotonic now = clock_.monotonic();
  std::erase_if(failures_, [now](const auto& one) { return one.second.last + lock_max < now; });
  std::erase_if(addresses_, [](const auto& one) { return one.second.left >= burst - 1; });
  if (size() >= entries_max) addresses_.clear();
  if (size() >= entries_max) failures_.clear();
}

}  // namespace dw
