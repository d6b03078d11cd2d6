// The table of emoji that tools/embed.py writes at build time from npm's emoji-datasource, the list
// that Slack's own names come from. Only emoji.cc reads it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace dw {

struct EmojiRow {
  std::string_view name;  ///< "woman-shrugging"
  std::string_view text;
  int tones;  ///< a skin tone goes: 0 nowhere, 1 behind the first character, 2 also to the end
};

/// Rows from 0, sorted by the bytes of the names.
size_t emoji_count();
EmojiRow emoji_row(size_t place);

}  // namespace dw
