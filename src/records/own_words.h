// Comments in Deskwire's own words.
#pragma once
#include <string_view>

namespace dw {

/// Their source: the requester sees them, and they are no reply.
inline constexpr std::string_view deskwire_source = "deskwire";

}  // namespace dw
