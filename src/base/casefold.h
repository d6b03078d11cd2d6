// Text compared as people see it: by Unicode's compatibility forms, in any case.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dw {

/// NFKC: "Ｔｈａｎｋｓ！" becomes "Thanks!", "ﬁ" becomes "fi".
std::string nfkc(std::string_view text);
/// NFKC_Casefold: NFKC in one case ("GRÖSSE" and "größe" are equal), without characters that
/// can't be seen.
std::string nfkc_casefold(std::string_view text);

struct CodePoint {
  char32_t value = 0;
  size_t bytes = 0;  ///< 0: the text is empty
};

/// The first character of a text; of a byte that is not UTF-8: U+FFFD.
CodePoint first_code_point(std::string_view text);
/// A letter or a digit of any script.
bool is_alphanumeric(char32_t code_point);
/// The small letter of a capital of any script; anything else as it is.
char32_t lower_case(char32_t code_point);
/// "،", "。", "»".
bool is_punctuation(char32_t code_point);

}  // namespace dw
