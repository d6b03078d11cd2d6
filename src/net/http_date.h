// The moment in an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT"), as a server's Date header has it.
#pragma once
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace dw {

/// Absent if the text is no date. Protocol: RFC 9110, section 5.6.7.
std::optional<TimePoint> from_http_date(std::string_view text);

}  // namespace dw
