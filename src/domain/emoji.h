// Emoji by the names that Slack writes between colons, and where such a name stands in a text.
#pragma once
#include <string>
#include <string_view>

namespace dw {

/// "white_check_mark" -> "✅", "wave::skin-tone-3" -> "👋🏼". Empty: not one of Slack's own,
/// so it is a workspace's custom emoji or no emoji at all.
std::string emoji_named(std::string_view name);

/// Replaces :codes: of known emoji, with their skin tones. A code inside a word, an address or a
/// number ("00:1b:de:ad", "fe80::100:1", "/users/:id:/") is none.
/// before  what stands in front of `text`, for its first character
std::string with_emoji(std::string_view text, std::string_view before = {});

}  // namespace dw
