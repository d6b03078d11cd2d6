// Where a change stands among all changes of a store: what the live stream's ids say.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/number.h"

namespace dw {

/// In commit order: the place of the commit (0 on SQLite, which has one writer), and the change's
/// own number.
struct ChangePosition {
  int64_t commit = 0, number = 0;
  auto operator<=>(const ChangePosition&) const = default;
};

/// "745.17"
inline std::string to_text(const ChangePosition& position) {
  return std::to_string(position.commit) + "." + std::to_string(position.number);
}

/// Absent for anything that to_text() did not write.
inline std::optional<ChangePosition> change_position(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto read = [](std::string_view digits, int64_t& out) {
    out = number_in(digits).value_or(-1);
    return out >= 0;
  };
  ChangePosition position;
  const bool is_good =
      read(text.substr(0, dot), position.commit) && read(text.substr(dot + 1), position.number);
  return is_good ? std::optional(position) : std::nullopt;
}

}  // namespace dw
