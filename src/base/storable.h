// What a store can keep exactly as it is: UTF-8 without NUL. The one test, asked on every way in
// before anything is decided on a text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace dw {

/// What keeps a store from keeping a text exactly: "has a NUL character", "is not valid UTF-8".
/// Empty: nothing does.
std::string_view unstorable_reason(std::string_view text);
/// The text with U+FFFD for each NUL and each byte that is not UTF-8: for senders who can't be
/// told.
std::string storable(std::string text);

/// Adds a problem, with its path, for each text or key that is not storable.
void find_unstorable(const json::value& value, std::vector<Problem>& problems);
/// Makes texts and keys storable(); false: they were.
bool make_storable(json::value& value);

}  // namespace dw
