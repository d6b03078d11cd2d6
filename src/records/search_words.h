// What a stranger types into a search box, as words that an engine's query language can hold.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dw {

/// Letters, digits and whatever is not ASCII; nothing that a query language would read as more.
std::vector<std::string> words_of(std::string_view text);

/// FTS5: "vpn" "err"*; tsquery: 'vpn' & 'err':*
std::string search_expression(const std::vector<std::string>& words, bool is_sqlite);

}  // namespace dw
