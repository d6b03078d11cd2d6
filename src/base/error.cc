#include "base/error.h"

#include <array>

namespace dw {

std::string_view name_of(ErrorKind kind) {
  static constexpr std::array<std::string_view, 8> names = {
      "invalid", "denied", "missing", "conflict", "busy", "unreachable", "unsure", "full"};
  return names.at(static_cast<size_t>(kind));
}

std::string Error::text() const {
  std::string out = where.empty() ? what : where + ": " + what;
  for (const Problem& problem : problems) {
    out += "\n  " + problem.field + ": " + problem.what;
  }
  return out;
}

}  // namespace dw
