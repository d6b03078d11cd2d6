// Who is calling, when a proxy stands between: pure rules over addresses and headers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dw {

/// "10.0.0.0/8", "::1", "fd00::/8". errors  invalid
Result<void> check_cidr(std::string_view text);
/// IPv4 in IPv6 (::ffff:10.0.0.1) counts as IPv4.
bool is_in_any(std::string_view address, const std::vector<std::string>& cidrs);

struct Origin {
  std::string peer;
  bool is_loopback = false;
  bool is_https = false;
};

/// `connection` is the address of the socket's other end. Forwarding headers are believed only
/// from trusted proxies, and then the right-most address that is none of them is the caller. A
/// request that comes over loopback but carries a forwarding header from a proxy that is not
/// trusted is not a loopback caller: a reverse proxy on this machine must not open everything.
Origin origin_of(std::string_view connection, bool is_tls, std::string_view forwarded_for,
                 std::string_view forwarded_proto, bool has_forwarded,
                 const std::vector<std::string>& trusted);

}  // namespace dw
