// Whether a request is meant for this server, and whether a page of ours sent it: Host, Origin and
// Sec-Fetch-Site. Pure. A browser runs strangers' pages on the machine of whoever uses it, and they
// reach what that machine reaches; these three headers are what such a page cannot choose.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "net/http_server.h"
#include "net/url.h"

namespace dw {

class OwnSite {
 public:
  /// `public_url` is the address beside the loopback ones by which callers know this server.
  explicit OwnSite(const std::string& public_url);

  /// For a server that asks nobody to sign in: the Host is exactly a loopback name or address with
  /// this port, or public_url's; an Origin, where one is sent, too; and a browser that says from
  /// where it was sent says so of our own page. Links that lead here may be opened from anywhere.
  /// errors  denied
  Result<void> check(const Request& request) const;

  /// The request comes from a page of the host that it is sent to, or from no browser.
  static bool is_own_page(const Request& request);

 private:
  bool has_authority(std::string_view host, const Request& request) const;
  bool has_origin(std::string_view origin, const Request& request) const;

  std::optional<Url> public_url_;
};

}  // namespace dw
