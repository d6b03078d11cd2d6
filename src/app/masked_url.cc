#include "app/masked_url.h"

#include <algorithm>
#include <string_view>

namespace dw {
namespace {

constexpr std::string_view mask = "***";

/// Where the authority begins: behind "://". npos: there is none.
size_t authority_of(const std::string& url) {
  const size_t end = url.find("://");
  return end == std::string::npos ? end : end + 3;
}

/// Where the host begins: behind the last "@" before `end`.
size_t host_before(const std::string& url, size_t authority, size_t end) {
  const size_t at = url.rfind('@', end);
  return at == std::string::npos || at < authority ? authority : at + 1;
}

/// Of an address of HTTP: who signs in stands before the path.
size_t http_host(const std::string& url, size_t authority) {
  return host_before(url, authority, url.find_first_of("/?#", authority));
}

/// A password of PostgreSQL may have an "@", a "?" or a "/" of its own.
size_t store_host(const std::string& url, size_t authority) {
  const size_t query = url.find('?', authority);
  const bool is_password = query < url.find('/', authority);
  return host_before(url, authority, is_password ? std::string::npos : query);
}

}  // namespace

std::string without_password(const std::string& url) {
  const size_t authority = authority_of(url);
  if (authority == std::string::npos) return url;
  std::string out = url;
  const size_t host = store_host(out, authority);
  const size_t colon = out.find(':', authority);
  if (host > authority && colon < host) out.replace(colon + 1, host - colon - 2, mask);
  for (const std::string_view name : {"password=", "sslpassword="}) {
    for (size_t at = out.find(name); at != std::string::npos; at = out.find(name, at + 1)) {
      const bool is_name = at > 0 && (out[at - 1] == '?' || out[at - 1] == '&');
      if (!is_name) continue;
      const size_t begin = at + name.size();
      out.replace(begin, std::min(out.find('&', begin), out.size()) - begin, mask);
    }
  }
  return out;
}

std::string without_parameters(const std::string& url) {
  const size_t authority = authority_of(url);
  if (authority == std::string::npos) return url;
  const size_t host = http_host(url, authority);
  std::string out = url.substr(0, authority);
  if (host > authority) out.append(mask) += '@';
  out += url.substr(host);
  const size_t query = out.find('?');
  if (query != std::string::npos) out.replace(query + 1, std::string::npos, mask);
  return out;
}

std::string host_alone(const std::string& url) {
  const size_t authority = authority_of(url);
  if (authority == std::string::npos) return url.empty() ? "" : std::string(mask);
  const size_t host = http_host(url, authority);
  const size_t end = std::min(url.find_first_of("/?#", host), url.size());
  std::string out = url.substr(0, authority) + url.substr(host, end - host);
  const std::string rest = url.substr(end);
  if (rest.empty() || rest == "/") return out + rest;
  return out + "/" + std::string(mask);
}

}  // namespace dw
