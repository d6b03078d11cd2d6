// Digests, base64 and comparison in constant time, over OpenSSL.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace dw {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
/// Lower-case hex of MD5, for SQS's checksums alone; it guards nothing.
std::string md5_hex(std::string_view bytes);

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
/// Standard alphabet with padding; nothing else is taken, white space neither.
std::optional<std::string> from_base64(std::string_view text);
/// The alphabet that needs no escaping in a URL, without padding (RFC 4648, section 5): tokens,
/// PKCE.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

/// Takes the same time whatever the contents; different lengths are unequal.
bool equal_constant_time(std::string_view a, std::string_view b);

inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace dw
