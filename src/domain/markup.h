// HTML from outside as plain text, and plain text as HTML.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dw {

/// What a quote in HTML becomes.
enum class Quotes {
  plain,   ///< its lines, as they are
  marked,  ///< each with "> " in front, so that nobody takes them for the sender's own
};

/// HTML as Teams writes it, or plain text with or without a few tags, as plain text: mentions of
/// `our_names` go, wherever they stand, and others keep their name; where none is ours by name, the
/// first one is. A message that is quoted in a reply goes. <br>, </p>, </div>, </li>, table rows,
/// headings and quotes end a line; links keep their address; pictures their alternative text;
/// entities are decoded once; no-break and wide spaces are spaces; other tags go and their text
/// stays; scripts and styles go whole. A "<" that opens no tag stays. Linear in its length.
std::string text_of_html(std::string_view html, const std::vector<std::string>& our_names = {},
                         Quotes quotes = Quotes::plain);

/// Without control characters other than newline and tab.
std::string without_control_characters(std::string_view text);

/// Plain text that a browser shows as it is written, between tags and in quoted attributes.
std::string escape_html(std::string_view text);

}  // namespace dw
