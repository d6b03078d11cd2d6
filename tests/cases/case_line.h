// One line of a case file as words: `event chat.message C1/100.1 from=U7 text="Done!"`.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dw {

struct CaseLine {
  std::string verb;                                      ///< "know", "event", "answer", …
  std::vector<std::string> words;                        ///< without quotes
  std::map<std::string, std::string> given;              ///< key=value, the value without quotes
  std::vector<std::pair<std::string, std::string>> raw;  ///< key=value as written, in order
  std::string json;  ///< a trailing {…}; empty if there is none

  std::string word(size_t index) const { return index < words.size() ? words[index] : ""; }
  std::string value(const std::string& key, const std::string& otherwise = "") const {
    const auto found = given.find(key);
    return found == given.end() ? otherwise : found->second;
  }
  bool has(const std::string& word) const;
};

CaseLine parse_case_line(std::string_view line);
/// In quotes, with \n and \" escaped.
std::string case_text(std::string_view text);

}  // namespace dw
