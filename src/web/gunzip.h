// What was compressed with gzip (RFC 1952), whole again.
#pragma once
#include <string>
#include <string_view>

namespace dw {

/// Of one member, as this program's build wrote it. A defect (base/defect.h) if it is none.
std::string gunzip(std::string_view packed);

}  // namespace dw
