// Cookies (RFC 6265): read from a request, and written so that no script and no other site can use
// them.
#pragma once
#include <string>
#include <string_view>

#include "net/http_server.h"

namespace dw {

/// Empty if there is none.
std::string cookie_of(const Request& request, std::string_view name);

struct Cookie {
  std::string name, value;
  std::string path = "/";
  std::chrono::seconds max_age{0};  ///< zero: it is taken away
};

/// The value of a Set-Cookie header: HttpOnly, SameSite=Lax, Secure behind https.
std::string format_cookie(const Cookie& cookie, bool is_https);

}  // namespace dw
