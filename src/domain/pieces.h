// A post that is longer than a chat message can be, as several in order; pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "domain/payload.h"

namespace dw {

/// Slack takes 4,000 characters as they are; the rest is for whoever said it.
constexpr size_t piece_bytes_max = 3'600;

/// Slack's markup in pieces of at most `bytes_max`, without loss: white space at the cuts aside,
/// they say together what the whole says. Cut between paragraphs, else lines, else words; never
/// inside a link, an entity or a character. A block of code stays whole where it fits, else each of
/// its pieces is a block of its own. At least one piece, if an empty one.
std::vector<std::string> split_mrkdwn(std::string_view mrkdwn, size_t bytes_max);

/// What a post says, in pieces.
std::vector<std::string> pieces_of(const ChatPost& post);

}  // namespace dw
