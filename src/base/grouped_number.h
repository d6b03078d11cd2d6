// Numbers in sentences, as people read them.
#pragma once
#include <cstdint>
#include <string>

namespace dw {

/// "1,284": thousands apart by commas.
std::string grouped(int64_t number);

}  // namespace dw
