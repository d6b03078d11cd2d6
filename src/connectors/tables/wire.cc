#include "connectors/tables/wire.h"

#include <fmt/format.h>

#include "base/text.h"
#include "net/url.h"

namespace dw {

std::optional<S3Place> parse_s3(const std::string& url) {
  constexpr std::string_view scheme = "s3://";
  if (!url.starts_with(scheme)) return std::nullopt;
  const size_t slash = url.find('/', scheme.size());
  if (slash == std::string::npos || slash == scheme.size() || slash + 1 == url.size()) {
    return std::nullopt;
  }
  return S3Place{url.substr(scheme.size(), slash - scheme.size()), url.substr(slash + 1)};
}

std::string s3_address(const S3Place& place, const std::string& region,
                       const std::string& endpoint) {
  std::string path;
  for (const std::string_view part : split(place.key, '/')) path += "/" + encode_url_part(part);
  if (!endpoint.empty()) {
    const bool has_slash = endpoint.ends_with('/');
    return endpoint.substr(0, endpoint.size() - (has_slash ? 1 : 0)) + "/" +
           encode_url_part(place.bucket) + path;
  }
  return fmt::format("https://{}.s3.{}.amazonaws.com{}", place.bucket, region, path);
}

}  // namespace dw
