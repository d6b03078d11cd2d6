#include "web/sign_in/cookies.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {

std::string cookie_of(const Request& request, std::string_view name) {
  for (const std::string_view pair : split(request.header("cookie"), ';')) {
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (trim(pair.substr(0, equals)) == name) return std::string(trim(pair.substr(equals + 1)));
  }
  return {};
}

std::string format_cookie(const Cookie& cookie, bool is_https) {
  return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Lax{}", cookie.name,
                     cookie.value, cookie.path, cookie.max_age.count(), is_https ? "; Secure" : "");
}

}  // namespace dw
