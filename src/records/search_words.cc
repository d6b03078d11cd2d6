#include "records/search_words.h"

#include <fmt/format.h>

#include "base/text.h"

namespace dw {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool is_letter = is_letter_or_digit(c) || static_cast<unsigned char>(c) >= 0x80;
    if (is_letter) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string search_expression(const std::vector<std::string>& words, bool is_sqlite) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool is_last = i + 1 == words.size();
    if (is_sqlite) {
      out += fmt::format("{}\"{}\"{}", i > 0 ? " " : "", words[i], is_last ? "*" : "");
    } else {
      out += fmt::format("{}'{}'{}", i > 0 ? " & " : "", words[i], is_last ? ":*" : "");
    }
  }
  return out;
}

}  // namespace dw
