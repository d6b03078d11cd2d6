// HTML from strangers cut into text and the few tags that mean something for plain text. Knows
// nothing of lines; markup.cc writes those.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dw {

enum class Tag {
  mention,       ///< <at>Name</at>, or Skype's <span itemtype="…/Mention">
  line_break,    ///< <br>
  paragraph,     ///< <p>
  block,         ///< <div>, <h1>, <table>
  quote,         ///< <blockquote>; `text` is its itemtype: Skype's "…/Reply" of a quoted message
  ordered,       ///< <ol>; `text` is the number that it starts with, if it says so
  bullets,       ///< <ul>
  item,          ///< <li>; `text` is its number, if it says so
  row,           ///< <tr>
  cell,          ///< <td>, <th>
  preformatted,  ///< <pre>
  link,          ///< <a>; `text` is its address
  picture,       ///< <img>, <emoji>; `text` is its alternative text
  bold,          ///< <b>, <strong>
  italic,        ///< <i>, <em>
  strike,        ///< <s>, <del>
  code,          ///< <code>, <tt>
};

struct HtmlToken {
  enum class Kind { text, open, close };
  Kind kind = Kind::text;
  std::string text;  ///< entities decoded once
  Tag tag = Tag::block;
};

/// A tag as it stands in the page.
struct HtmlTag {
  size_t begin = 0, end = 0;  ///< of the tag itself, "<" and ">" included
  bool is_close = false;
  std::string name;   ///< in lower case
  std::string marks;  ///< its class, id, name, type, data-marker and -smartmail, in lower case,
                      ///< spaces between
};

/// Every tag that is one, in order: to cut a page where one of its elements begins or ends.
/// A comment, a script or a style stands as one tag without a name.
std::vector<HtmlTag> tags_of_html(std::string_view html);

/// Text between tags, its entities decoded once.
std::string decode_html_entities(std::string_view text);

/// In order; other tags are left out and their text is kept, comments, scripts and styles go
/// whole. A "<" that begins no tag is text: "a < b", "x <y@z.example>", "List<int>".
/// cost  linear in the length, whatever the nesting
std::vector<HtmlToken> tokens_of_html(std::string_view html);

}  // namespace dw
