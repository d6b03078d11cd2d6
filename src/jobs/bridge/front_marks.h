// What may stand in front of the words that say what a message is, and changes nothing: emphasis,
// bullets, numbers of lists, quotes, emoji, punctuation, who is addressed, what nobody sees.
#pragma once
#include <cstddef>
#include <string_view>

namespace dw {

/// The bytes of the mark that `mrkdwn` begins with; 0: its words begin. A link to a channel or an
/// address is words.
size_t front_mark_bytes(std::string_view mrkdwn);
std::string_view without_front_marks(std::string_view mrkdwn);
/// The same, for marks that say nothing by themselves: no emoji and nobody who is addressed.
size_t silent_mark_bytes(std::string_view mrkdwn);
/// "Hi", "cc": a word that says no more than who is addressed; 0: there is none.
size_t greeting_bytes(std::string_view text);
/// The word of letters and digits that `text` begins with.
size_t word_bytes(std::string_view text);
/// ":lock:" at the front, one of Slack's or a workspace's own; 0: there is none.
size_t emoji_code_bytes(std::string_view text);

}  // namespace dw
