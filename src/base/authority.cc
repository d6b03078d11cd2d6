#include "base/authority.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/number.h"
#include "base/text.h"

namespace dw {
namespace {

constexpr size_t port_digits_max = 5;

std::optional<in6_addr> ipv6_of(std::string_view text) {
  in6_addr address{};
  const bool is_one = inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
  if (!is_one || text.find('\0') != std::string_view::npos) return std::nullopt;
  return address;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    return text.ends_with(']') && text.size() > 2 && ipv6_of(text.substr(1, text.size() - 2));
  }
  // Percent-encoding and sub-delimiters are allowed too, and no host on any network is called so.
  return !text.empty() && std::all_of(text.begin(), text.end(), is_unreserved);
}

}  // namespace

bool is_unreserved(char c) {
  return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

std::optional<Authority> parse_authority(std::string_view text) {
  const size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const size_t colon = text.find(':', bracket);
  const std::string_view host = text.substr(0, colon);
  if (!is_host(host)) return std::nullopt;
  Authority out{to_lower(host), std::nullopt};
  const std::string_view digits = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (digits.empty()) return out;
  const auto port = number_in<uint16_t>(digits);
  if (!port || *port == 0 || digits.size() > port_digits_max) return std::nullopt;
  out.port = port;
  return out;
}

std::optional<Authority> authority_in_url(std::string_view url) {
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = url.substr(0, scheme_end);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
    return std::nullopt;
  }
  const std::string_view rest = url.substr(scheme_end + 3);
  return parse_authority(rest.substr(0, rest.find_first_of("/?#")));
}

bool is_loopback_host(std::string_view host) {
  if (equals_ignoring_case(host, "localhost")) return true;
  if (host.find('\0') != std::string_view::npos) return false;
  in_addr v4{};
  if (inet_pton(AF_INET, std::string(host).c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::optional<in6_addr> v6 = ipv6_of(host);
  return v6 && IN6_IS_ADDR_LOOPBACK(&*v6) != 0;
}

bool is_loopback_url(std::string_view url) {
  const std::optional<Authority> authority = authority_in_url(url);
  return authority && is_loopback_host(authority->host);
}

}  // namespace dw
