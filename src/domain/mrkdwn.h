// Slack's markup and plain text or HTML, in both directions; pure. Source: docs.slack.dev,
// "Formatting message text", read 2026-11.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dw {

/// What ids of people ("U7"), channels ("C1") and groups ("S1") are called.
using NamesById = std::map<std::string, std::string, std::less<>>;

/// Slack writes &, < and > of text as entities, and nothing else.
std::string decode_slack_entities(std::string_view text);
std::string encode_slack_entities(std::string_view text);

/// Mentions become "@Ana Lopez" (the id where no name is known), channels "#name", links
/// "label (url)", dates their fallback; entities are decoded once, :codes: of Slack's emoji become
/// Unicode, but not in code. Line ends and marks such as *bold* stay. Linear in its length.
std::string plain_of_mrkdwn(std::string_view text, const NamesById& names = {});

/// The first line that says something, of a text that plain_of_mrkdwn() made, without the marks
/// around it: a fence of code, a quote's sign, *bold*.
std::string first_line_of(std::string_view plain);

/// The ids in "<@U7>", "<#C1>" and "<!subteam^S1>", each once, in order: what plain_of_mrkdwn()
/// would like to know the names of. One that is written with its name ("<#C2|help>") needs no
/// question.
std::vector<std::string> ids_in_mrkdwn(std::string_view text);

/// Plain text that Slack shows as it is written: nothing in it can mention or link to anyone.
/// "<!channel>", "<@U7>" are text, and "@here" gets an invisible character that makes it a word.
std::string mrkdwn_of_plain(std::string_view text);

/// The same for markup that was put together of pieces: "@" and "here" may have come in two. What
/// stands in "<…>" is left as it is.
std::string without_calls_of_pieces(std::string_view mrkdwn);

/// HTML from strangers (UTF-8) as Slack's markup, with the same promise (html_mrkdwn.cc). Bold,
/// italic, struck and code keep their marks where Slack reads them as such, links their label,
/// lists their numbers and depth, quotes their sign, tables their rows, pictures their alternative
/// text; white space is laid out as a browser would.
std::string mrkdwn_of_html(std::string_view html);

/// "<https://x|label>" with everything in both escaped, "|" and spaces of the address as a URL
/// writes them; the label alone if the address is none that may be shown (http, https, mailto).
std::string mrkdwn_link(std::string_view address, std::string_view label);

}  // namespace dw
