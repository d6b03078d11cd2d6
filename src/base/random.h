// Randomness, handed in: seeded in tests and in the simulator, from the system otherwise.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace dw {

/// For jitter and choices. Not for secrets: those come from random_bytes().
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  static Random from_system();

  /// Evenly from 0 to limit - 1; limit is at least 1.
  uint64_t below(uint64_t limit) {
    return std::uniform_int_distribution<uint64_t>(0, limit - 1)(engine_);
  }
  /// Evenly from 0 to 1, without 1.
  double fraction() { return std::uniform_real_distribution<double>(0.0, 1.0)(engine_); }

 private:
  std::mt19937_64 engine_;
};

/// Bytes fit for a secret, from the operating system.
std::string random_bytes(size_t count);
/// "4eb7b6cd-5399-42a0-ae32-3c2194e5042b": version 4, from random_bytes().
std::string random_uuid();

}  // namespace dw
