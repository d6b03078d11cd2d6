#include "web/own_site.h"

#include "base/authority.h"
#include "base/text.h"

namespace dw {
namespace {

bool is_change(std::string_view method) {
  return method != "GET" && method != "HEAD";
}

constexpr uint16_t http_port = 80, https_port = 443;

/// A page of another site: what a browser says of it, where it says anything. To open a link that
/// leads here is allowed from anywhere.
bool is_cross_site(const Request& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (site.empty() || site == "same-origin" || site == "none") return false;
  const bool opens_link =
      !is_change(request.method) && request.header("sec-fetch-mode") == "navigate";
  return !opens_link;
}

/// "https://a.example:8443", and nothing behind it.
std::optional<Url> parse_origin(std::string_view text) {
  std::optional<Url> url = parse_url(text);
  const bool is_origin = url && url->path.empty() && authority_in_url(text) &&
                         text.find_first_of("?#") == std::string_view::npos;
  return is_origin ? url : std::nullopt;
}

}  // namespace

OwnSite::OwnSite(const std::string& public_url) : public_url_(parse_url(public_url)) {}

bool OwnSite::has_authority(std::string_view host, const Request& request) const {
  const std::optional<Authority> given = parse_authority(host);
  if (!given) return false;
  const uint16_t usual = request.is_tls ? https_port : http_port;
  if (is_loopback_host(given->host) && given->port_or(usual) == request.port) return true;
  if (!public_url_ || given->host != public_url_->host) return false;
  const uint16_t public_usual = public_url_->scheme == "https" ? https_port : http_port;
  return given->port_or(public_usual) == public_url_->port;
}

bool OwnSite::has_origin(std::string_view origin, const Request& request) const {
  const std::optional<Url> from = parse_origin(origin);
  if (!from) return false;
  if (is_loopback_host(from->host) && from->port == request.port) return true;
  return public_url_ && from->origin() == public_url_->origin();
}

Result<void> OwnSite::check(const Request& request) const {
  if (!has_authority(request.host, request)) {
    return Error{ErrorKind::denied, "",
                 "the Host header is neither this machine's (127.0.0.1 or localhost, with this "
                 "port) nor that of server.public_url; set server.public_url to the address that "
                 "callers use"};
  }
  for (const auto& [name, value] : request.headers) {
    if (equals_ignoring_case(name, "origin") && !has_origin(value, request)) {
      return Error{ErrorKind::denied, "", "a page of another site asked for this (Origin)"};
    }
  }
  if (!is_cross_site(request)) return {};
  return Error{ErrorKind::denied, "", "a page of another site asked for this (Sec-Fetch-Site)"};
}

bool OwnSite::is_own_page(const Request& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return true;  // no browser sends a change without one
  const std::optional<Url> from = parse_origin(origin);
  const std::optional<Authority> own = parse_authority(request.host);
  if (!from || !own || from->host != own->host) return false;
  return own->port_or(from->scheme == "https" ? https_port : http_port) == from->port;
}

}  // namespace dw
