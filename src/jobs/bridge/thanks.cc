// "Thank you", in any of the common forms and nothing besides.
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "jobs/bridge/turn.h"

namespace dw {
namespace {

constexpr size_t words_max = 9;

constexpr auto thanking = std::to_array<std::string_view>(
    {"thanks",     "thank", "thankyou", "thx",     "thnx",   "thanx",    "tnx",
     "ty",         "tysm",  "tyvm",     "cheers",  "ta",     "kudos",    "appreciated",
     "appreciate", "danke", "merci",    "gracias", "grazie", "obrigado", "obrigada",
     "tack",       "dank",  "pray",     "🙏"});

constexpr auto around = std::to_array<std::string_view>(
    {"you",      "u",       "so",     "much",      "very",      "a",       "lot",      "lots",
     "bunch",    "million", "ton",    "tons",      "many",      "all",     "everyone", "everybody",
     "guys",     "team",    "folks",  "again",     "for",       "your",    "the",      "help",
     "helping",  "really",  "it",     "that",      "this",      "quick",   "fast",     "support",
     "response", "reply",   "fix",    "fixing",    "great",     "awesome", "perfect",  "brilliant",
     "super",    "ok",      "okay",   "cool",      "yes",       "and",     "works",    "worked",
     "working",  "now",     "mate",   "man",       "i",         "we",      "big",      "huge",
     "is",       "all",     "both",   "to",        "of",        "sorting", "looking",  "into",
     "dear",     "kindly",  "vielen", "schön",     "beaucoup",  "mille",   "muchas",   "well",
     "got",      "nice",    "one",    "excellent", "wonderful", "lovely",  "🎉",        "👍",
     "❤"});

template <size_t N>
bool is_one_of(const std::string& word, const std::array<std::string_view, N>& words) {
  for (const std::string_view one : words) {
    if (one == word) return true;
  }
  return false;
}

/// Without mentions; everything that is no letter and no emoji as a space.
std::string bare(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t end = text[at] == '<' ? text.find('>', at) : std::string_view::npos;
    if (end != std::string_view::npos) {
      at = end;
      continue;
    }
    const auto c = static_cast<unsigned char>(text[at]);
    const bool is_word =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80 || (c >= '0' && c <= '9');
    if (c != '\'') out += is_word ? text[at] : ' ';
  }
  // The selector of the coloured form of an emoji, and the typographic apostrophe.
  out = replace_all(out, "\xEF\xB8\x8F", "");
  out = replace_all(out, "\xE2\x80\x99", "");
  for (const char* emoji : {"🙏", "👍", "🎉", "❤"}) {
    out = replace_all(out, emoji, std::string(" ") + emoji + " ");
  }
  return to_lower(out);
}

}  // namespace

bool is_thanks(std::string_view text) {
  size_t count = 0;
  bool has_thanks = false;
  const std::string words = bare(text);
  for (const std::string_view part : split(words, ' ')) {
    if (part.empty()) continue;
    const std::string word(part);
    if (++count > words_max) return false;
    if (is_one_of(word, thanking)) {
      has_thanks = true;
    } else if (!is_one_of(word, around)) {
      return false;
    }
  }
  return has_thanks;
}

}  // namespace dw
