// "Did you mean": the name that a misspelt one was meant to be.
#pragma once
#include <string>
#include <vector>

namespace dw {

/// The one of `known` with the fewest letters to change, in any case; null if none is near.
const std::string* nearest_of(const std::string& name, const std::vector<std::string>& known);

}  // namespace dw
