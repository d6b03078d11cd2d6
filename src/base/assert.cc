#include "base/assert.h"

#include <fmt/format.h>

#include <cstring>

namespace dw {

void raise_defect(const char* condition, const char* why, const char* file, int line) {
  const char* folder = std::strstr(file, "src/");
  throw Defect(fmt::format("{}:{}: {} ({})", folder ? folder : file, line, why, condition));
}

}  // namespace dw
