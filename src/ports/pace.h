// A delivery that only waits for the pace that we keep ourselves: no trouble, so nobody is told.
#pragma once
#include <string_view>

#include "domain/delivery.h"

namespace dw {

/// How such an outcome's reason begins; too_late() (ports/rates.h) says so too.
inline constexpr std::string_view own_pace = "waits for its turn: ";

inline bool is_own_pace(const Outcome& outcome) {
  return outcome.kind == Outcome::Kind::later && outcome.why.starts_with(own_pace);
}

}  // namespace dw
