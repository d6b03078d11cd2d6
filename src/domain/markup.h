// HTML from outside as plain text, and plain text as HTML.
#pragma once
#include <string>
#include <string_view>

namespace dw {

/// HTML as Teams writes it, or plain text with or without a few tags, as plain text:
/// mentions in front of the text go, later ones keep their name; <br>, </p>, </div>, </li>, table
/// rows, headings and quotes end a line; links keep their address; pictures their alternative
/// text; entities are decoded once; no-break spaces are spaces; other tags go and their text
/// stays; scripts and styles go whole. A "<" that opens no tag stays. Linear in its length.
std::string text_of_html(std::string_view html);

/// Without control characters other than newline and tab.
std::string without_control_characters(std::string_view text);

/// Plain text that a browser shows as it is written, between tags and in quoted attributes.
std::string escape_html(std::string_view text);

}  // namespace dw
