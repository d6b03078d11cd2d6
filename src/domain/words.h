// The words by which tickets are compared: what a person wrote, without what
// could name a person or a place on the network.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dw {

/// The words of a text, folded, each once, in the order in which they come:
/// letters and digits of any script, at least three of them (two with a digit).
/// Left out: addresses, links, mentions, numbers of more than six digits, and
/// the words that every message has ("the", "please", "hallo", "por").
std::vector<std::string> words_in(std::string_view text);

/// Whether a word or a tag may be shown to others: it is letters and digits of
/// any script with "_", "-", "." and ":" between them, no address, link or
/// mention, no more than six digits, and at most 40 bytes.
bool may_be_shown(std::string_view word);

}  // namespace dw
