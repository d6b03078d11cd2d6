// When a message was written, as a chat's ids of messages say it.
#pragma once
#include <cstdint>
#include <string_view>

namespace dw {

/// Microseconds since 1970 of "1771290107.000400"; 0 if it is no such time.
int64_t micros_of(std::string_view timestamp);

}  // namespace dw
