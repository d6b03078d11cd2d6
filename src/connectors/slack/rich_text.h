// Slack's rich text, what its composer writes, as mrkdwn (docs.slack.dev, "Rich text block", read
// 2026-11); pure.
#pragma once
#include <string>
#include <string_view>

#include "base/json.h"

namespace dw {

/// A block of type rich_text, lines and all: lists with their numbers and depth, quotes, code,
/// dates. Emoji are Unicode; people, channels and groups are tokens such as "<@U7>".
std::string mrkdwn_of_rich_text(const JsonView& block);

/// "2026-11-27T10:00:00.000Z" of seconds since 1970, whatever number somebody sent.
std::string moment_text(int64_t seconds);

/// Each line as a quote: "&gt; " in front of it.
std::string quoted_lines(std::string_view mrkdwn);

/// Appends a line, or lines; nothing for white space.
void add_line(std::string& out, std::string_view line);

}  // namespace dw
