// A short message as its words and signs, in any language. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dw {

/// A word, or a sign that means something: an emoji without its skin tone, a question mark, a
/// custom emoji's name.
struct Spoken {
  enum class Kind { word, emoji, custom, question };
  Kind kind = Kind::word;
  std::string text;       ///< casefolded (base/casefold.h), without apostrophes
  bool is_name = false;   ///< "Ana", "Zoë": one capital and small letters
  bool is_apart = false;  ///< punctuation or a line end stands in front of it
};

/// mrkdwn in its order; mentions, addresses, marks and all other punctuation are left out.
std::vector<Spoken> spoken_in(std::string_view mrkdwn);

/// A whole message without punctuation, spaces and skin tones around it, casefolded:
/// "*Resolved…*" -> "resolved", ":white_check_mark:" -> "✅".
std::string bare_word(std::string_view plain);

/// Emoji that please or approve, and nothing else: "🎉", "👍🏽 ❤️".
bool is_only_joy(std::string_view mrkdwn);

}  // namespace dw
