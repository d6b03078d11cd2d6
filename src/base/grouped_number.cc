#include "base/grouped_number.h"

namespace dw {

std::string grouped(int64_t number) {
  constexpr size_t group = 3;
  std::string out = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t place = out.size(); place > first + group;) {
    place -= group;
    out.insert(place, ",");
  }
  return out;
}

}  // namespace dw
