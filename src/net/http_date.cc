#include "net/http_date.h"

#include <curl/curl.h>

#include <algorithm>
#include <string>

namespace dw {

std::optional<TimePoint> from_http_date(std::string_view text) {
  // A year of ten digits does not fit into milliseconds: no server means one beyond four.
  constexpr time_t seconds_max = 253'402'300'799;
  const time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds < 0) return std::nullopt;
  return TimePoint(std::chrono::seconds(std::min(seconds, seconds_max)));
}

}  // namespace dw
