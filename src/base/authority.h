// Which machine a text names: the authority of a URL or of a Host header (RFC 3986, section 3.2),
// and whether that is this machine. Pure: no name is looked up.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dw {

struct Authority {
  std::string host;              ///< in lower case; an IPv6 address stands in its brackets
  std::optional<uint16_t> port;  ///< none where none is written ("a", "a:")

  uint16_t port_or(uint16_t usual) const { return port.value_or(usual); }
};

/// What stands in a URL as it is: ASCII's letters and digits, '-', '.', '_', '~' (section 2.3).
bool is_unreserved(char c);

/// "a.example", "127.0.0.1:8080", "[::1]:443". Nothing for anything else: user information, a
/// port beyond 65535 or of 0, a blank, two hosts, an address in brackets that is none.
std::optional<Authority> parse_authority(std::string_view text);

/// The authority of an http(s) URL; nothing if it has none, or a bad one.
std::optional<Authority> authority_in_url(std::string_view url);

/// Exactly "localhost" (in any case), an address in 127.0.0.0/8 as four plain numbers, or ::1,
/// with or without brackets. "127.evil.example" and "localhost.evil.example" are names of others.
bool is_loopback_host(std::string_view host);

/// http:// or https:// to such a host: where what is told goes through no network.
bool is_loopback_url(std::string_view url);

}  // namespace dw
