#include "net/http_date.h"

#include <curl/curl.h>

#include <string>

namespace dw {

std::optional<TimePoint> from_http_date(std::string_view text) {
  const time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds < 0) return std::nullopt;
  return TimePoint(std::chrono::seconds(seconds));
}

}  // namespace dw
