// Who is calling, when a proxy stands between: pure rules over addresses and headers.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace dw {

/// "10.0.0.0/8", "::1", "fd00::/8". errors  invalid
Result<void> check_cidr(std::string_view text);

/// A network, ready to be compared. IPv4 in IPv6 (::ffff:10.0.0.1) is IPv4.
struct Network {
  std::string address;  ///< 4 or 16 bytes
  size_t bits = 0;
};

/// A socket's other end; found out once per connection.
struct SocketPeer {
  std::string address;  ///< "203.0.113.9"; an IPv4 address is written as one
  bool is_loopback = false;
  bool is_trusted = false;  ///< a proxy whose headers are believed
  bool is_tls = false;
};

/// Who sent a request.
struct Origin {
  std::string peer;
  bool is_loopback = false;
  bool is_https = false;
};

/// What a request says about where it came from.
struct ForwardingHeaders {
  bool has_any = false;       ///< any header that only a proxy writes
  std::string forwarded_for;  ///< X-Forwarded-For, its lines joined in order
  std::string_view protocol;  ///< the last word of the last X-Forwarded-Proto
};

using HeaderViews = std::vector<std::pair<std::string_view, std::string_view>>;

ForwardingHeaders forwarding_of(const HeaderViews& headers);

/// The proxies that an administrator trusts.
class ProxyTrust {
 public:
  /// `cidrs` have passed check_cidr(); one that has not is left out.
  explicit ProxyTrust(const std::vector<std::string>& cidrs);

  bool trusts(std::string_view address) const;
  SocketPeer peer_of(std::string_view address, bool is_tls) const;

  /// Headers are believed only from a trusted proxy, and then the right-most address that is no
  /// such proxy is the caller: what is further left was written by strangers. An address that is
  /// none ends the search at the proxy that named it.
  ///
  /// A caller is this machine only if the socket's other end is, and either no header speaks of
  /// a proxy, or a trusted proxy says that its own caller was this machine too. So a reverse
  /// proxy or a tunnel on this machine that nobody declared opens nothing, as long as it says in
  /// any of the usual headers that it is one; one that says nothing cannot be told from a local
  /// program, and access must not rest on loopback behind it.
  Origin origin_of(const SocketPeer& socket, const HeaderViews& headers) const;

 private:
  std::vector<Network> networks_;
};

}  // namespace dw
